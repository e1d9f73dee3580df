"""From an accepted event to a tie, a cart and a message that is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.enrolments import Enrolment
from chalicelib.tracking.collect import Caller
from chalicelib.web import redirect
from chalicelib.workers.stream import RecordFailed
from tests.support import gateway
from tests.support.faults import FaultyClient, at_operation
from tests.support.shop import CAMILLE, MALIK, ORIGIN, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream

PERSON = {"User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"}
IDS = {"phone_sha256": hashed(CAMILLE)}


def enrolments(shop: Shop) -> list[Enrolment]:
    return sorted(shop.world.enrolments("cart"), key=lambda enrolment: enrolment.entered_at)


def meanings(shop: Shop) -> list[Enrolment]:
    """The enrolments but for their version: an order for an older one is stale, and another one is given."""
    return [replace(enrolment, version=0) for enrolment in enrolments(shop)]


def abandon(shop: Shop, stream: Stream, visitor: str, **told: Any) -> None:
    shop.tell(visitor, "add_to_cart", **{"params": lamp()} | told)
    stream.follow()


def test_a_cart_of_somebody_who_is_known_enrols(shop: Shop, stream: Stream) -> None:
    person, visitor = shop.contact(), visitor_id()
    abandon(shop, stream, visitor, ids=IDS)

    (enrolment,) = enrolments(shop)
    now = shop.world.clock.now()
    assert (enrolment.state, enrolment.person, enrolment.visitor) == ("active", person, visitor)
    assert enrolment.due_at == now + HOUR
    assert enrolment.product is not None and enrolment.product.name == "Lampe Lune"
    assert (enrolment.evidence["evidence"], enrolment.evidence["strength"]) == ("phone", "weak")
    assert shop.world.counts(shop.advertiser.id) == {"journey.cart.begun": 1}
    assert shop.world.counts(shop.site.id) == {"event.add_to_cart": 1, "matched": 1}


def test_who_identifies_after_filling_the_cart_is_enrolled_then(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    abandon(shop, stream, visitor)
    assert enrolments(shop) == []

    shop.tell(visitor, "identify", ids=IDS)
    stream.follow()

    (enrolment,) = enrolments(shop)
    assert enrolment.product is not None and enrolment.product.name == "Lampe Lune"


def test_who_did_not_agree_to_be_matched_stays_anonymous(shop: Shop, stream: Stream) -> None:
    shop.contact(matching=False)
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)

    known = shop.world.services.visitors.get(shop.site.id, visitor)
    assert (known.tie, known.unmatched) == (None, "no_matching_consent")
    assert enrolments(shop) == []
    assert shop.world.counts(shop.site.id)["unmatched.no_matching_consent"] == 1


def test_a_visitor_who_goes_on_postpones_the_message(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)
    shop.world.clock.advance(10 * MINUTE)
    abandon(shop, stream, visitor, params=lamp("Lampe Soleil"))

    (enrolment,) = enrolments(shop)
    assert enrolment.due_at == shop.world.clock.now() + HOUR
    assert (enrolment.version, enrolment.run) == (2, 1)
    assert enrolment.product is not None and enrolment.product.name == "Lampe Soleil"


def test_a_purchase_before_the_delay_is_over_ends_it(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)
    shop.world.clock.advance(10 * MINUTE)
    shop.tell(visitor, "purchase")
    stream.follow()

    (enrolment,) = enrolments(shop)
    assert (enrolment.state, enrolment.reason, enrolment.due_at) == ("left", "purchased", None)
    assert shop.world.counts(shop.advertiser.id)["journey.cart.left.purchased"] == 1
    shop.world.clock.advance(2 * HOUR)
    assert shop.world.services.due_steps.run() == 0


def test_the_back_ends_word_of_a_purchase_ends_it_too(shop: Shop, stream: Stream) -> None:
    """It knows the customer, not the browser."""
    shop.contact()
    abandon(shop, stream, visitor_id(), ids=IDS)
    shop.world.clock.advance(MINUTE)
    shop.tell(None, "purchase", caller=shop.server, ids=IDS)
    stream.follow()

    (enrolment,) = enrolments(shop)
    assert enrolment.state == "left"


def test_records_that_come_again_change_nothing(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)
    shop.world.clock.advance(MINUTE)
    shop.tell(visitor, "purchase")
    shop.world.clock.advance(DAY)
    shop.tell(visitor, "add_to_cart", params=lamp())
    records = stream.follow()
    before, counts = meanings(shop), shop.world.counts(shop.site.id)
    assert [(enrolment.state, enrolment.run) for enrolment in enrolments(shop)] == [("active", 2)]

    stream.replay(records)

    assert meanings(shop) == before
    assert shop.world.counts(shop.site.id) == counts


def test_a_record_that_fails_names_its_place_and_nothing_else(shop: Shop, stream: Stream) -> None:
    shop.contact()
    shop.tell(visitor_id(), "add_to_cart", ids=IDS, params=lamp())
    records = stream.new_records()
    broken = shop.world.worker(FaultyClient(shop.world.dynamodb, at_operation("batch_get_item", "unavailable")))

    with pytest.raises(RecordFailed) as failed:
        stream.replay(records, broken)
    assert failed.value.__suppress_context__
    assert str(failed.value).isdigit()

    stream.replay(records)
    assert len(enrolments(shop)) == 1
    assert shop.world.counts(shop.site.id)["event.add_to_cart"] == 1


def test_a_weak_hint_never_replaces_strong_evidence(shop: Shop, stream: Stream) -> None:
    camille, visitor = shop.contact(), visitor_id()
    shop.contact(MALIK)
    shop.tell(visitor, "identify", ids=IDS, caller=shop.server)
    stream.follow()
    shop.world.clock.advance(MINUTE)
    shop.tell(visitor, "identify", ids={"phone_sha256": hashed(MALIK)})
    stream.follow()

    tie = shop.world.services.visitors.get(shop.site.id, visitor).tie
    assert tie is not None and (tie.person, tie.strength) == (camille, "strong")


def test_strong_evidence_replaces_a_weak_hint(shop: Shop, stream: Stream) -> None:
    shop.contact()
    malik, visitor = shop.contact(MALIK), visitor_id()
    shop.tell(visitor, "identify", ids=IDS)
    stream.follow()
    shop.tell(visitor, "identify", ids={"phone_sha256": hashed(MALIK)}, caller=shop.server)
    stream.follow()

    tie = shop.world.services.visitors.get(shop.site.id, visitor).tie
    assert tie is not None and (tie.person, tie.strength) == (malik, "strong")


class Clicked:
    """An SMS that was sent and clicked, from which browsers come to the shop."""

    def __init__(
        self,
        shop: Shop,
        stream: Stream,
        *,
        wait: int = MINUTE,
        headers: dict[str, str] | None = None,
        base: str | None = None,
    ) -> None:
        self.shop, self.stream = shop, stream
        message = shop.message(base=base or shop.advertiser.id)
        assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
        shop.world.clock.advance(wait)
        self.code = shop.stored(message).code or ""
        answer = redirect.handle(gateway.short_link(self.code, headers=headers or PERSON), shop.world.services)
        assert answer["statusCode"] == 302
        self.click = shop.world.last_click(self.code).id

    def arrives(self, visitor: str, at: Shop | None = None) -> Any:
        """A browser shows the click's id to a shop; returns its tie then."""
        shop = at or self.shop
        shop.tell(visitor, "page_view", ids={"click_id": self.click})
        self.stream.follow()
        return shop.world.services.visitors.get(shop.site.id, visitor).tie


def test_a_click_ties_the_browser_that_it_brought(shop: Shop, stream: Stream) -> None:
    person = shop.contact()
    tie = Clicked(shop, stream).arrives(visitor_id())
    assert (tie.person, tie.evidence, tie.strength) == (person, "click", "weak")
    assert shop.world.counts(shop.advertiser.id)["click.person"] == 1


@pytest.mark.parametrize("click_first", [True, False])
def test_click_and_visit_may_be_followed_in_either_order(shop: Shop, stream: Stream, *, click_first: bool) -> None:
    person, visitor = shop.contact(), visitor_id()
    clicked = Clicked(shop, stream)
    shop.tell(visitor, "page_view", ids={"click_id": clicked.click})
    records = stream.new_records()
    stream.replay(sorted(records, key=lambda r: r["dynamodb"]["Keys"]["pk"]["S"], reverse=not click_first))

    tie = shop.world.services.visitors.get(shop.site.id, visitor).tie
    assert tie is not None and tie.person == person


def test_only_the_first_browser_is_tied(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked = Clicked(shop, stream)
    assert clicked.arrives(visitor_id()) is not None
    assert clicked.arrives(visitor_id()) is None


@pytest.mark.parametrize(("wait", "tied"), [(DAY, True), (DAY + 1, False)])
def test_a_click_ties_within_a_day_of_the_sms(shop: Shop, stream: Stream, wait: int, *, tied: bool) -> None:
    shop.contact()
    assert (Clicked(shop, stream, wait=wait).arrives(visitor_id()) is not None) is tied


def test_a_machines_click_ties_nobody(shop: Shop, stream: Stream) -> None:
    shop.contact()
    agent = {"User-Agent": "WhatsApp/2.23 facebookexternalhit/1.1"}
    assert Clicked(shop, stream, headers=agent).arrives(visitor_id()) is None
    assert "click.person" not in shop.world.counts(shop.advertiser.id)


def test_a_click_needs_matching_consent(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked = Clicked(shop, stream)
    shop.contact(matching=False, at=shop.world.clock.now())
    assert clicked.arrives(visitor_id()) is None


def test_a_click_ties_on_no_other_advertisers_site(shop: Shop, stream: Stream) -> None:
    """Not even where the person agreed to be matched for both."""
    other = open_shop(shop.world)
    shop.contact(base=PARTNER, advertisers=(shop.advertiser.id, other.advertiser.id))
    clicked = Clicked(shop, stream, base=PARTNER)
    assert clicked.arrives(visitor_id(), at=other) is None
    assert clicked.arrives(visitor_id()) is not None


def test_a_made_up_click_id_ties_nobody(shop: Shop, stream: Stream) -> None:
    shop.contact()
    clicked = Clicked(shop, stream)
    clicked.click = "made-up-click-id-00"
    assert clicked.arrives(visitor_id()) is None


def test_a_pixel_from_elsewhere_leads_to_nothing(shop: Shop, stream: Stream) -> None:
    shop.contact()
    query = {"s": shop.site.id, "e": "add_to_cart", "v": visitor_id(), "c": "grant"}
    shop.world.services.collector.pixel(query, Caller("https://evil.example", None, gpc=False))
    stream.follow()
    assert shop.world.of_type("visitor") == []
    assert shop.world.counts(shop.site.id) == {"drop.unregistered_origin": 1}
    assert ORIGIN in shop.site.origins


def test_an_event_sent_again_after_it_was_counted_and_replayed_counts_once(shop: Shop, stream: Stream) -> None:
    body = shop.body(visitor_id(), "view_item")
    shop.world.services.collector.batch(body, shop.browser)
    records = stream.follow()
    shop.world.services.collector.batch(body, shop.browser)
    stream.follow()
    stream.replay(records)
    assert shop.world.counts(shop.site.id) == {"event.view_item": 1}


def test_the_browser_that_was_seen_last_is_asked_for_its_purchase(shop: Shop, stream: Stream) -> None:
    shop.contact()
    first, second = visitor_id(), visitor_id()
    abandon(shop, stream, first, ids=IDS)
    shop.world.clock.advance(MINUTE)
    abandon(shop, stream, second, ids=IDS)
    (enrolment,) = enrolments(shop)
    assert (enrolment.visitor, enrolment.changed_at) == (second, shop.world.clock.now())
    shop.world.clock.advance(HOUR)
    shop.world.work()
    (sent,) = shop.world.of_type("message")
    assert (sent["visitor"], sent["cart_at"]) == (second, enrolment.changed_at)


def test_somebody_else_on_the_same_browser_is_not_taken_for_the_last_one(shop: Shop, stream: Stream) -> None:
    shop.contact()
    shop.contact(MALIK, matching=False)
    visitor = visitor_id()
    shop.tell(visitor, "page_view", ids=IDS)
    shop.tell(visitor, "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(MALIK)})
    stream.follow()

    known = shop.world.services.visitors.get(shop.site.id, visitor)
    assert (known.tie, known.unmatched) == (None, "no_matching_consent")
    assert enrolments(shop) == []


def test_the_next_person_does_not_inherit_the_cart(shop: Shop, stream: Stream) -> None:
    shop.contact()
    shop.contact(MALIK)
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)
    shop.tell(visitor, "identify", ids={"phone_sha256": hashed(MALIK)})
    stream.follow()
    assert len(enrolments(shop)) == 1
    assert shop.world.services.visitors.get(shop.site.id, visitor).cart is None


def test_a_cart_that_is_emptied_is_not_abandoned(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    abandon(shop, stream, visitor, ids=IDS)
    shop.world.clock.advance(MINUTE)
    shop.tell(visitor, "remove_from_cart", params=lamp(), ids=IDS)
    stream.follow()
    (enrolment,) = enrolments(shop)
    assert (enrolment.state, enrolment.reason, enrolment.due_at) == ("left", "no_longer", None)


def test_a_message_keeps_what_the_cart_held(shop: Shop, stream: Stream) -> None:
    shop.contact()
    visitor = visitor_id()
    params = {
        "items": [{"item_id": "nova", "item_name": "Lampe Nova", "price": 49.9, "quantity": 2}],
        "currency": "EUR",
    }
    abandon(shop, stream, visitor, ids=IDS, params=params)
    abandon(shop, stream, visitor, params=lamp())
    shop.world.clock.advance(HOUR)
    shop.world.work()
    (message,) = (shop.stored(item["id"]) for item in shop.world.of_type("message"))
    assert message.state == "sent"
    assert message.cart is not None
    assert {(line.id, line.quantity) for line in message.cart.lines} == {
        ("nova", 2),
        (lamp()["items"][0]["item_id"], 1),
    }


def test_a_purchase_that_is_followed_before_an_older_filling_leaves_no_message(shop: Shop, stream: Stream) -> None:
    """A browser told late, from a page that was offline, what its owner had bought meanwhile."""
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "purchase", ids=IDS)
    stream.follow()
    shop.world.clock.advance(MINUTE)
    abandon(shop, stream, visitor, at=shop.world.clock.now() - 2 * MINUTE)
    (enrolment,) = enrolments(shop)
    assert (enrolment.state, enrolment.run, enrolment.due_at) == ("left", 0, None), "only that nothing shall begin"


def test_how_long_a_product_was_looked_at_is_no_second_look(shop: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    shop.tell(visitor, "view_item", params=lamp())
    shop.tell(visitor, "view_item", params=lamp() | {"dwell_ms": 6 * MINUTE})
    stream.follow()
    assert shop.world.counts(shop.site.id) == {"event.view_item": 1, "event.dwell": 1}
    viewed = shop.world.services.visitors.get(shop.site.id, visitor).browsing.viewed
    assert viewed is not None
    assert (viewed.name, viewed.dwell_ms) == ("Lampe Lune", 6 * MINUTE)
