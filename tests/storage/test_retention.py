"""Whatever is kept of a person ages out, or is named here with its reason (docs/retention.md)."""

from __future__ import annotations

from chalicelib.clock import DAY, HOUR, SECOND
from chalicelib.storage.contacts import RETENTION
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.links import Click
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.talk import write
from tests.support.world import World

LASTING = {
    "advertiser": "a customer's settings",
    "site": "a customer's settings",
    "table": "which table may be sent from; nobody's",
    "ledger": "a no holds for ever; its sends are forgotten after 31 days",
    "consent": "commitments under random names; an erasure or a contact's end takes what they say",
    "register": "hashes under random names",
    "root": "a hash",
    "roster": "a keyed name, taken off with its contact",
    "base_size": "how many contacts a base has: numbers of nobody",
}
PHONE_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1"
)


def played(world: World, shop: Shop, stream: Stream) -> str:
    """A person who was matched, written to, who clicked; one who was erased. Returns the first one's link."""
    shop.contact(CAMILLE, email="camille@client.example")
    world.services.erasure.erase(shop.advertiser.id, shop.contact(MALIK))
    shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()
    world.clock.advance(2 * HOUR)
    del world.services.provider  # The outbox keeps what a recorder would not.
    world.work()
    (link,) = world.links()
    return link.code


def click(code: str, world: World, method: str = "GET", agent: str = PHONE_AGENT) -> None:
    seen = Click(
        f"clk_{world.clock.now()}_{method}", world.clock.now(), method, agent, "fr-FR", "", "FR", "203.0.113.0", ""
    )
    world.services.links.click(code, seen)


def test_every_item_of_a_persons_path_ages_out_or_has_a_reason_to_last(
    world: World, shop: Shop, stream: Stream
) -> None:
    click(played(world, shop, stream), world)
    write(shop, "Est-ce que la lampe est en stock ?")
    stream.follow()
    items = world.items()
    lasting = {item["type"] for item in items if "ttl" not in item}
    assert lasting <= set(LASTING), lasting - set(LASTING)
    ageing = {item["type"] for item in items if "ttl" in item}
    assert {"contact", "identifier", "event", "visitor", "message", "enrolment", "link", "click", "outbox"} <= ageing
    assert {"thread", "said", "said_once", "inbox_row", "inbox_changes", "thread_reference"} <= ageing
    assert all(item["ttl"] * SECOND > world.clock.now() for item in items if "ttl" in item)


def test_a_persons_click_moves_the_end_and_a_machines_look_does_not(world: World, shop: Shop, stream: Stream) -> None:
    code = played(world, shop, stream)
    acted_at = [item["acted_at"] for item in world.of_type("contact")]
    click(code, world, "HEAD")
    stream.follow()
    assert [item["acted_at"] for item in world.of_type("contact")] == acted_at
    world.clock.advance(DAY)
    click(code, world)
    stream.follow()
    (contact,) = world.of_type("contact")
    assert contact["acted_at"] == world.clock.now()
    assert contact["ttl"] == (world.clock.now() + RETENTION) // SECOND


def test_three_years_after_the_last_act_the_contact_is_absent_and_the_no_is_not(world: World, shop: Shop) -> None:
    person = shop.contact()
    no = Opposition(world.clock.now(), "stop")
    world.services.ledgers.oppose(person, shop.advertiser.id, no, count(SERVICE, person, no.at, "opposed.stop"))
    world.clock.advance(RETENTION)
    assert world.services.contacts.get(shop.advertiser.id, person) is None
    assert world.services.ledgers.get(person).opposition(shop.advertiser.id) == no
