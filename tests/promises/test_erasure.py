"""An erasure takes a person away everywhere, can be interrupted anywhere, and leaves the number opposed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.codec import encode_item
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.ledger import Held
from chalicelib.workers.stream import on_people
from tests.support.journeys import made_now
from tests.support.network import Visitor, enable, member
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.talk import write
from tests.support.world import World


def _lived(shop: Shop, stream: Stream, phone: str = CAMILLE) -> tuple[str, str]:
    """A person who was matched, written to, and clicked; returns person and visitor."""
    person = shop.contact(phone, email=f"p{phone[-2:]}@example.com", first_name="Camille")
    visitor = visitor_id()
    shop.tell(visitor, "add_to_cart", ids={"phone_sha256": hashed(phone)}, params=lamp())
    stream.follow()
    shop.world.clock.advance(2 * HOUR)
    made_now(shop)
    return person, visitor


def _left(world: World) -> list[dict]:  # type: ignore[type-arg]
    return [item for item in world.items() if item.get("type") not in ("counter", "advertiser", "site", "root")]


def test_nothing_of_the_person_is_left_but_the_opposition_and_the_sealed_proof(shop: Shop, stream: Stream) -> None:
    person, visitor = _lived(shop, stream)
    world = shop.world
    message = world.of_type("message")[0]
    world.services.erasure.erase(shop.advertiser.id, person)
    about = [item for item in _left(world) if person in str(item) or visitor in str(item)]
    assert {item["type"] for item in about} == {"ledger", "proof"}
    ledger = next(item for item in about if item["type"] == "ledger")
    assert set(ledger) <= {"pk", "sk", "type", "v", "person", "version", "sends", f"opposed.{shop.advertiser.id}"}
    assert not ledger.get("sends")
    stored = shop.stored(message["id"])
    assert (stored.state, stored.person, stored.text, stored.product) == ("cancelled", "", None, None)
    assert not [item for item in world.of_type("consent") if "payload" in item or "subject" in item]


def test_who_has_only_written_is_erased_too(shop: Shop) -> None:
    services, own = shop.world.services, shop.advertiser.id
    assert services.keyword_numbers.assign(KeywordNumber("36123", own, "v1", "hash"))
    services.inbound.receive(InboundText("t-1", CAMILLE, "36123", "Mon colis est arrivé cassé"))
    services.inbound.receive(InboundText("t-2", CAMILLE, "36123", "CONTACT"))
    shop.world.work()
    person = services.vault.person(CAMILLE)
    assert services.threads.get(own, person)
    told = services.erasure.export(own, person)
    assert told and (told["profile"], told["consents"]) == ({"phone": CAMILLE}, {})
    assert "Mon colis est arrivé cassé" in [one["text"] for one in told["conversations"][0]["texts"]]
    assert services.erasure.export("adv_other", person) is None
    for _ in range(2):
        assert services.erasure.erase(own, person) is None
    assert services.erasure.export(own, person) is None
    about = [item for item in _left(shop.world) if person in str(item)]
    assert {item["type"] for item in about} <= {"ledger", "answered"}
    ledger = services.ledgers.get(person)
    assert (ledger.opposed[own].how, ledger.held, ledger.sends) == ("erased", {}, ())
    assert not [item for item in shop.world.of_type("message") if "phone" in item or "text" in item]
    assert not shop.world.of_type("thread")


def test_an_erased_number_stays_out(shop: Shop, stream: Stream) -> None:
    person, _ = _lived(shop, stream)
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    again = Arrival(Profile(CAMILLE), Statement({"sms_marketing": True}, shop.world.clock.now(), "import"))
    assert shop.world.services.intake.take(shop.advertiser.id, again) == "opposed"
    assert shop.world.services.erasure.erase(shop.advertiser.id, person) is None


def test_others_keep_what_is_theirs(shop: Shop, stream: Stream) -> None:
    person, _ = _lived(shop, stream)
    other, visitor = _lived(shop, stream, MALIK)
    before = [item for item in _left(shop.world) if other in str(item) or visitor in str(item)]
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    assert [item for item in _left(shop.world) if other in str(item) or visitor in str(item)] == before


def _lent(world: World, stream: Stream) -> tuple[Shop, Shop, Visitor, str]:
    """Two advertisers' shops that know a person; the service's own cookie says so since the first one's sign-in."""
    enable(world)
    first, second = member(world), member(world)
    person, browser = first.contact(), Visitor()
    second.contact()
    browser.tell(first, "identify", ids={"phone_sha256": hashed(CAMILLE)})
    stream.follow()
    world.clock.advance(HOUR)
    return first, second, browser, person


@pytest.mark.parametrize("survives", [None, 5, 10, 12, 14, 16])
def test_the_services_own_cookie_leads_nowhere_after_an_erasure(
    world: World, stream: Stream, survives: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, browser, person = _lent(world, stream)
    cookie = world.of_type("network")[0]["pk"].removeprefix("NET#")
    told = world.services.erasure.export(first.advertiser.id, person)
    assert told is not None and told["network_cookies"] == [{"consent_at": world.clock.now() - HOUR}]
    if survives is not None:
        table, mortal = world.services.table, Mortal(survives)
        for name in ("update", "transact", "delete", "put"):
            monkeypatch.setattr(table, name, mortal(getattr(table, name)))
        with suppress(Crash):
            world.services.erasure.erase(first.advertiser.id, person)
        monkeypatch.undo()
    world.services.erasure.erase(first.advertiser.id, person)
    assert cookie not in str(world.items())
    browser.tell(second, "add_to_cart", params=lamp())
    stream.follow()
    assert world.services.visitors.get(second.site.id, browser.at(second)).tie is None


def test_a_cookie_that_is_another_persons_by_now_stays_theirs(world: World, stream: Stream) -> None:
    first, second, browser, person = _lent(world, stream)
    other = second.contact(MALIK)
    browser.tell(second, "identify", ids={"phone_sha256": hashed(MALIK)})
    stream.follow()
    world.services.erasure.erase(first.advertiser.id, person)
    (item,) = world.of_type("network")
    assert item["person"] == other


class Crash(Exception):
    """The worker is gone."""


class Mortal:
    """Lets so many writes through and dies then."""

    def __init__(self, writes: int) -> None:
        self._left = writes

    def __call__(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*args: Any, **options: Any) -> Any:
            if not self._left:
                raise Crash
            self._left -= 1
            return real(*args, **options)

        return write


@pytest.mark.parametrize("survives", range(0, 24, 3))
def test_an_interrupted_erasure_is_completed_by_running_it_again(
    shop: Shop, stream: Stream, survives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, visitor = _lived(shop, stream)
    table, mortal = shop.world.services.table, Mortal(survives)
    for name in ("update", "transact", "delete", "put"):
        monkeypatch.setattr(table, name, mortal(getattr(table, name)))
    with suppress(Crash):
        shop.world.services.erasure.erase(shop.advertiser.id, person)
    monkeypatch.undo()
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    about = [item for item in _left(shop.world) if person in str(item) or visitor in str(item)]
    assert {item["type"] for item in about} == {"ledger", "proof"}
    assert shop.world.services.consent_verifier.verify().findings == []


def test_an_export_tells_everything_and_only_of_this_base(shop: Shop, stream: Stream) -> None:
    person, visitor = _lived(shop, stream)
    told = shop.world.services.erasure.export(shop.advertiser.id, person)
    assert told is not None
    assert told["profile"]["phone"] == CAMILLE
    assert told["statements"][0]["given"] == {"sms_marketing": True, "matching": True}
    assert told["browsers"][0]["visitor"] == visitor
    assert re.match("msg_", told["messages"][0]["message"])
    assert [(one["journey"], [step["outcome"] for step in one["steps"]]) for one in told["journeys"]] == [
        ("cart", ["sent"])
    ]
    assert shop.world.services.erasure.export("adv_other", person) is None


def test_what_a_contact_that_aged_out_has_written_holds_nothing(shop: Shop) -> None:
    services, own = shop.world.services, shop.advertiser.id
    person = shop.contact()
    contact = services.contacts.get(own, person)
    write(shop, "Stop ?", flags=frozenset({"stop_doubtful"}))
    services.ledgers.hold(person, own, Held(shop.world.clock.now(), "doubtful_stop"))
    shop.world.clock.advance(4 * 365 * DAY)  # The thread has ended too.
    assert contact
    services.erasure.expired(contact)
    assert services.ledgers.get(person).held == {}


def test_a_contact_that_aged_out_leaves_a_chain_with_a_tombstone_and_no_opposition(shop: Shop, stream: Stream) -> None:
    person, visitor = _lived(shop, stream)
    services = shop.world.services
    contact = services.contacts.get(shop.advertiser.id, person)
    assert contact is not None
    shop.world.clock.advance(4 * 365 * DAY)
    assert services.contacts.get(shop.advertiser.id, person) is None
    assert services.consent_verifier.verify().findings == []
    found = next(item for item in shop.world.of_type("contact"))
    shop.world.dynamodb.delete_item(
        TableName=shop.world.table, Key={"pk": {"S": found["pk"]}, "sk": {"S": found["sk"]}}
    )
    removed = {
        "eventName": "REMOVE",
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {"SequenceNumber": "1", "OldImage": encode_item(found)},
    }
    for _ in range(2):
        on_people({"Records": [removed]}, services)
    assert services.consent_verifier.verify().findings == []
    # Messages have ended too by then, by their own TTL, which moto does not carry out.
    now_s = shop.world.clock.now() // 1_000
    left = [item for item in _left(shop.world) if item["type"] != "message" or item["ttl"] > now_s]
    about = [item for item in left if person in str(item) or visitor in str(item)]
    assert {item["type"] for item in about} <= {"proof"}
