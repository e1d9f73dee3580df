"""A rehearsal of a journey, held against what then happens."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.rehearsal_shapes import JourneyForeseen
from chalicelib.journeys.rehearser import WINDOW
from chalicelib.storage.caps import CapRule
from tests.support.journeys import CART, start, template
from tests.support.shop import PHONES, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream
from tests.support.world import World

PARIS = ZoneInfo("Europe/Paris")
CHEAP = {"items": [{"item_id": "bulb", "price": 9}], "currency": "EUR"}
DEAR = {"items": [{"item_id": "lamp", "price": 90}], "currency": "EUR"}


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop whose caps let one marketing SMS a day to each."""
    return open_shop(world, caps=(CapRule(1, DAY),))


def history(shop: Shop, stream: Stream) -> dict[str, str]:
    """An afternoon in which nobody was written to; returns who did what, by person."""
    people: dict[str, str] = {}

    def visit(number: int, what: str, *events: tuple[str, Any], **consents: Any) -> str:
        people[shop.contact(PHONES[number], **consents)] = what
        visitor = visitor_id()
        ids = {"phone_sha256": hashed(PHONES[number])}
        for name, params in events:
            shop.tell(visitor, name, params=params, ids=ids)
            stream.follow()
            shop.world.clock.advance(MINUTE)
        return visitor

    visit(1, "left", ("add_to_cart", DEAR))
    visit(2, "bought", ("add_to_cart", DEAR), ("purchase", None))
    visit(3, "cheap", ("add_to_cart", CHEAP))
    visit(4, "emptied", ("add_to_cart", DEAR), ("remove_from_cart", DEAR))
    visit(5, "no_marketing", ("add_to_cart", DEAR), marketing=False)
    visit(6, "looked", ("view_item", DEAR))
    visit(7, "stopped", ("add_to_cart", DEAR))
    return people


def four_weeks_later(shop: Shop) -> None:
    """So that what is rehearsed to begin now comes on a Wednesday, two days from now."""
    shop.world.clock.advance(28 * DAY)


def rehearse(shop: Shop, document: dict[str, Any]) -> JourneyForeseen:
    services, advertiser = shop.world.services, shop.advertiser
    for person in {item["person"] for item in shop.world.of_type("contact")}:
        services.rosters.add([(advertiser.id, person)])
    journey = Known("cart", 1, Journey.model_validate(document))
    return services.journey_rehearser.rehearse(advertiser, journey, None, None)


@pytest.fixture
def document(shop: Shop) -> dict[str, Any]:
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    told = deepcopy(CART)
    told["trigger"]["when"] = [{"fact": "cart.value", "op": "at_least", "value": 50}]
    return told


def what_happened(shop: Shop) -> set[tuple[str, str, str, str | None]]:
    """Person, step and outcome of every message of the journey."""
    found = [shop.stored(item["id"]) for item in shop.world.of_type("message")]
    return {
        (message.person, str(message.step), "sent" if message.state == "sent" else "refused", message.reason)
        for message in found
        if message.campaign == "cart"
    }


def test_what_then_happens_is_what_was_rehearsed(shop: Shop, stream: Stream, document: dict[str, Any]) -> None:
    """The same afternoon, twice: once as it is rehearsed, and once as it comes again under the journey."""
    start(shop, "cart", document, state="stopped")
    began = shop.world.clock.now()
    history(shop, stream)
    four_weeks_later(shop)
    rehearsal = rehearse(shop, document)
    foreseen = {(row["person"], row["step"], row["outcome"], row["reason"]) for row in rehearsal["rows"]}
    assert shop.world.provider.sent == [] and shop.world.of_type("enrolment") == []

    start(shop, "cart", document)
    shop.world.clock.advance(WINDOW - (shop.world.clock.now() - began))
    history(shop, stream)
    for _ in range(3 * 24):
        shop.world.clock.advance(HOUR)
        shop.world.work()

    assert foreseen == what_happened(shop)
    assert {(step, outcome, reason) for _, step, outcome, reason in foreseen} == {
        ("question", "sent", None),
        ("question", "refused", "no_sms_marketing_consent"),
        ("reminder", "sent", None),
        ("reminder", "refused", "no_sms_marketing_consent"),
    }


def test_a_change_since_is_the_difference(shop: Shop, stream: Stream, document: dict[str, Any]) -> None:
    start(shop, "cart", document, state="stopped")
    people = history(shop, stream)
    four_weeks_later(shop)
    before = rehearse(shop, document)
    stopped = next(person for person, what in people.items() if what == "stopped")
    shop.world.services.erasure.erase(shop.advertiser.id, stopped)
    after = rehearse(shop, document)
    assert {row["person"] for row in before["rows"]} - {row["person"] for row in after["rows"]} == {stopped}


def test_it_tells_the_reasons_the_parts_and_the_hours(shop: Shop, stream: Stream, document: dict[str, Any]) -> None:
    start(shop, "cart", document, state="stopped")
    history(shop, stream)
    four_weeks_later(shop)
    told = rehearse(shop, document)
    assert (told["contacts"], told["contacts_looked_at"]) == (7, 7)
    became = told["became"]
    assert (became["begun"], became["left.purchased"], became["left.no_longer"]) == (5, 1, 1)
    messages = told["messages"]
    assert messages["sends"]["people"] == 4
    assert messages["unreached"]["no_sms_marketing_consent"]["people"] == 2
    assert messages["parts"]["total"] == 4
    assert sum(hour["people"] for hour in messages["hours"]) == 4


def test_caps_count_what_was_foreseen(shop: Shop, stream: Stream, document: dict[str, Any]) -> None:
    start(shop, "cart", document, state="stopped")
    history(shop, stream)
    four_weeks_later(shop)
    document["steps"][1]["wait"]["minutes"] = 120
    told = rehearse(shop, document)
    assert told["messages"]["unreached"]["cap_reached"]["people"] == 2


def test_a_step_is_foreseen_in_its_persons_hour(
    shop: Shop, stream: Stream, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opens links at five gets the question then; who does at night, as planned."""
    document["steps"][0]["wait"]["best_hour"] = True
    start(shop, "cart", document, state="stopped")
    history(shop, stream)
    four_weeks_later(shop)
    planned = {row["person"]: row["at"] for row in rehearse(shop, document)["rows"] if row["step"] == "question"}
    for hour, moved in ((17, True), (23, False)):
        clicks = [int(datetime(2026, 3, day, hour, 30, tzinfo=PARIS).timestamp()) * 1_000 for day in range(1, 6)]
        monkeypatch.setattr(shop.world.services.step_facts.history, "clicked_at", lambda *_, told=clicks: told)
        found = {row["person"]: row["at"] for row in rehearse(shop, document)["rows"] if row["step"] == "question"}
        local = {datetime.fromtimestamp(at / 1_000, PARIS).hour for at in found.values()}
        assert (local == {17}) is moved
        assert (found == planned) is not moved


def test_events_of_before_the_window_are_left_out(shop: Shop, stream: Stream, document: dict[str, Any]) -> None:
    start(shop, "cart", document, state="stopped")
    history(shop, stream)
    shop.world.clock.advance(WINDOW)
    assert rehearse(shop, document)["rows"] == []


def test_who_is_of_a_country_that_is_not_meant_gets_nothing(shop: Shop, document: dict[str, Any]) -> None:
    statement = Statement({"sms_marketing": True, "matching": True}, shop.world.clock.now() - DAY, "checkout")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile("+33639980050"), statement))
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed("+33639980050")})
    assert rehearse(shop, document | {"countries": ["BE"]})["rows"] == []


REVIEW: dict[str, Any] = {
    "name": "Review",
    "kind": "review",
    "trigger": {"about": "order", "events": ["delivered"]},
    "steps": [
        {
            "id": "ask",
            "wait": {
                "minutes": 5 * 24 * 60,
                "cases": [
                    {"when": [{"fact": "order.categories", "op": "in", "value": ["Ebooks"]}], "minutes": 2 * 24 * 60}
                ],
            },
            "texts": [{"template": "ask"}],
        }
    ],
    "exits": [{"on": "review_submitted"}, {"on": "refund"}],
}


def orders(shop: Shop, stream: Stream) -> None:
    """What a back end tells of four orders; a delivery is told by its number only."""
    for number, (category, *later) in enumerate(
        [("Lampes",), ("Ebooks",), ("Lampes", "refund"), ("Lampes", "review_submitted")], start=20
    ):
        shop.contact(PHONES[number])
        ids = {"phone_sha256": hashed(PHONES[number])}
        items = [{"item_id": f"i{number}", "item_name": "Un bel objet", "item_category": category, "price": 20}]
        for name in ("purchase", "delivered", *later):
            params = {"transaction_id": f"o-{number}-{shop.world.clock.now() // DAY}"}
            bought = {"items": items, "value": 20, "currency": "EUR"} if name == "purchase" else {}
            shop.tell(None, name, caller=shop.server, ids=ids, params=params | bought)
            stream.follow()
            shop.world.clock.advance(MINUTE)


def test_orders_are_rehearsed_as_they_then_come(shop: Shop, stream: Stream) -> None:
    template(shop, "ask", "{{ brand }} : votre avis sur {{ product }} ? {{ link }}", journey="review")
    began = shop.world.clock.now()
    start(shop, "cart", REVIEW, state="stopped")
    orders(shop, stream)
    four_weeks_later(shop)
    foreseen = {(row["person"], row["step"], row["outcome"], row["reason"]) for row in rehearse(shop, REVIEW)["rows"]}
    moments = sorted(row["at"] // DAY for row in rehearse(shop, REVIEW)["rows"])

    start(shop, "cart", REVIEW)
    shop.world.clock.advance(WINDOW - (shop.world.clock.now() - began))
    orders(shop, stream)
    for _ in range(7 * 24):
        shop.world.clock.advance(HOUR)
        shop.world.work()

    assert foreseen == what_happened(shop)
    assert len(foreseen) == 2, "not who was refunded, and not who has written"
    assert moments[1] - moments[0] == 4, (
        "two days for what is read at once, else five, and Easter Monday is passed over"
    )
