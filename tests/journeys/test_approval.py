"""A journey that is larger than one person may start: rehearsed, asked for, approved by another key, or not started."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY
from chalicelib.errors import Conflict
from chalicelib.journeys import rehearser
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.desk import NotStarted
from chalicelib.journeys.rehearsal_shapes import JourneyForeseen
from chalicelib.messaging.approval import limits_passed
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.halts import scope_of
from chalicelib.storage.journeys import StoredJourney
from chalicelib.workers.background import on_minute
from tests.journeys.test_rehearsal import DEAR
from tests.support.journeys import CAPPED, forget_journeys, template
from tests.support.shop import PHONES, Shop, hashed, open_shop, visitor_id
from tests.support.stream import Stream
from tests.support.world import World

ANNE, BORIS = "key-of-anne", "key-of-boris"
PRICE = {"micro": 100, "at_most_micro": 120, "currency": "EUR"}


@pytest.mark.parametrize(
    ("safeguards", "price", "passed"),
    [
        (Safeguards(), PRICE, ()),
        (Safeguards(approve_people=10), PRICE, ()),
        (Safeguards(approve_people=9), PRICE, ("people",)),
        (Safeguards(approve_micro=120), PRICE, ()),
        (Safeguards(approve_micro=119), PRICE, ("cost",)),
        (Safeguards(approve_people=0, approve_micro=0), PRICE, ("people", "cost")),
        (Safeguards(approve_micro=10**9), None, ("cost",)),
        (Safeguards(approve_micro=10**9, currency="CHF"), PRICE, ("cost",)),
    ],
)
def test_limits_are_passed_above_them(
    safeguards: Safeguards, price: dict[str, Any] | None, passed: tuple[str, ...]
) -> None:
    assert limits_passed(10, 10, price, safeguards) == passed


def test_who_sends_nothing_costs_nothing() -> None:
    assert limits_passed(0, 0, None, Safeguards(approve_people=0, approve_micro=0)) == ()


@pytest.fixture
def shop(world: World, stream: Stream) -> Shop:
    """A shop where three carts were left, one of them by somebody without consent; one person may start nothing."""
    shop = open_shop(world)
    for number in (1, 2, 3):
        person = shop.contact(PHONES[number], marketing=number != 3)
        world.services.rosters.add([(shop.advertiser.id, person)])
        shop.tell(visitor_id(), "add_to_cart", params=DEAR, ids={"phone_sha256": hashed(PHONES[number])})
    stream.follow()
    world.clock.advance(DAY)
    for name in ("question", "reminder"):
        template(shop, name, "{{ brand }} : votre panier {{ link }}")
    limited(shop, Safeguards(approve_people=2))
    save(shop, CAPPED)
    return shop


def limited(shop: Shop, safeguards: Safeguards) -> None:
    shop.advertiser = replace(shop.advertiser, safeguards=safeguards)
    shop.world.services.advertisers.save(shop.advertiser)


def save(shop: Shop, document: dict[str, Any]) -> StoredJourney:
    shop.world.clock.advance(1)
    journey = Journey.model_validate(document)
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    return shop.world.services.journey_desk.save(shop.advertiser, "left", journey, "test")


def rehearse(shop: Shop, **how: Any) -> JourneyForeseen:
    shop.world.clock.advance(1)
    return shop.world.services.rehearsal_desk.at_once(shop.advertiser, "left", **how)


def begin(shop: Shop, key: str = ANNE) -> StoredJourney:
    return shop.world.services.journey_desk.start(shop.advertiser, "left", "test", key)


def approve(shop: Shop, key: str = BORIS) -> StoredJourney:
    return shop.world.services.journey_desk.approve(shop.advertiser, "left", "test", key)


def now(shop: Shop) -> StoredJourney:
    found = shop.world.services.journeys.get(shop.advertiser.id, "left")
    assert found is not None
    return found


def begun(shop: Shop) -> list[int]:
    """The versions that people can begin."""
    forget_journeys(shop)
    live = shop.world.services.journey_book.live(shop.advertiser)
    return [one.version for one in live if one.id == "left"]


def refused(act: Callable[[Shop], object], shop: Shop) -> str:
    with pytest.raises(NotStarted) as wanting:
        act(shop)
    return wanting.value.reason


def test_it_is_asked_for_by_one_and_approved_by_another(shop: Shop) -> None:
    assert refused(begin, shop) == "not_rehearsed"
    found = rehearse(shop)
    assert (found["people"], found["messages"]["unreached"]["no_sms_marketing_consent"]["people"]) == (3, 2)
    assert refused(approve, shop) == "not_requested"
    asked = begin(shop)
    assert (asked.state, asked.requested_by, begun(shop)) == ("draft", ANNE, [])
    assert begin(shop) == begin(shop, BORIS) == now(shop), "asked again, by whomever, it is the first one's request"
    assert refused(lambda it: approve(it, ANNE), shop) == "needs_another_person"
    assert begun(shop) == []
    assert (approve(shop).state, now(shop).approved_by, begun(shop)) == ("live", BORIS, [1])
    assert approve(shop) == now(shop) == begin(shop), "said again, it changes nothing"


@pytest.mark.parametrize("safeguards", [Safeguards(), Safeguards(approve_people=3, approve_micro=10**9)])
def test_within_the_limits_nobody_is_asked(shop: Shop, safeguards: Safeguards) -> None:
    limited(shop, safeguards)
    if safeguards.approve_people:
        rehearse(shop)
    assert (begin(shop).state, begun(shop)) == ("live", [1])


def test_a_cost_that_is_too_high_or_not_known_is_asked_for(shop: Shop) -> None:
    rehearse(shop)
    limited(shop, Safeguards(approve_micro=1))
    assert begin(shop).requested_by == ANNE


def test_what_was_asked_for_is_the_very_version(shop: Shop) -> None:
    rehearse(shop)
    begin(shop)
    save(shop, CAPPED | {"name": "Another"})
    assert refused(approve, shop) == "not_rehearsed"
    rehearse(shop)
    assert refused(approve, shop) == "not_requested", "what was asked for was another one"
    begin(shop)
    template(shop, "question", "{{ brand }} : votre panier, un texte bien plus long {{ link }}")
    assert refused(approve, shop) == "texts_changed"
    rehearse(shop)
    assert refused(approve, shop) == "not_requested"
    begin(shop)
    assert (approve(shop).version, begun(shop)) == (2, [2])


def test_a_request_is_taken_back_and_grows_old(shop: Shop) -> None:
    rehearse(shop)
    begin(shop)
    shop.world.services.journey_desk.stop(shop.advertiser, "left", "test")
    assert refused(approve, shop) == "not_requested"
    begin(shop)
    shop.world.clock.advance(8 * DAY)
    assert refused(approve, shop) == refused(begin, shop) == "rehearsal_too_old"


def test_of_a_live_journey_people_begin_what_was_approved(shop: Shop) -> None:
    rehearse(shop)
    begin(shop)
    approve(shop)
    later = deepcopy(CAPPED)
    later["steps"][0]["wait"]["minutes"] = 60
    assert (save(shop, later).state, begun(shop)) == ("live", [1])
    assert save(shop, later).version == 2
    assert refused(begin, shop) == "not_rehearsed"
    rehearse(shop)
    assert (begin(shop, BORIS).requested_by, begun(shop)) == (BORIS, [1])
    assert (approve(shop, ANNE).state, begun(shop)) == ("live", [2])
    limited(shop, Safeguards())
    assert (save(shop, CAPPED).version, begun(shop)) == (3, [3]), (
        "where nobody has to agree, it goes on with the newest"
    )


def test_a_stopped_journey_starts_again_by_two(shop: Shop) -> None:
    rehearse(shop)
    begin(shop)
    approve(shop)
    shop.world.services.journey_desk.stop(shop.advertiser, "left", "test")
    assert (begin(shop).state, begun(shop)) == ("stopped", [])
    assert shop.world.services.halts.read(scope_of(shop.advertiser.id, "left")), "asking lets nothing go"
    approve(shop)
    assert (shop.world.services.halts.read(scope_of(shop.advertiser.id, "left")), begun(shop)) == (None, [1])


def test_a_rehearsal_of_some_does_not_do(shop: Shop) -> None:
    assert rehearse(shop, most=2)["contacts_looked_at"] == 2
    assert refused(begin, shop) == "not_rehearsed"
    shop.world.services.rosters.remove(shop.advertiser.id, shop.world.of_type("contact")[0]["person"])
    assert rehearse(shop)["contacts_looked_at"] == 2
    assert refused(begin, shop) == "not_everybody"


def test_of_two_at_once_one_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the journey before either writes: an approval and a withdrawal, then two requests."""
    desk, journeys = shop.world.services.journey_desk, shop.world.services.journeys
    rehearse(shop)
    both: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (lambda: begin(shop, ANNE), lambda: begin(shop, BORIS)),
        (lambda: desk.stop(shop.advertiser, "left", "test"), lambda: approve(shop)),
    ]
    for first, second in both:
        read = now(shop)
        first()
        monkeypatch.setattr(journeys, "get", lambda *_, read=read: read)
        with pytest.raises(Conflict, match="meanwhile"):
            second()
        monkeypatch.undo()
    assert (now(shop).state, begun(shop)) == ("stopped", [])


def test_in_the_background_it_is_gone_through_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run has time for one page of one; what comes out is what a request finds, but for the people's names."""
    limited(shop, replace(shop.advertiser.safeguards, budget_micro=10**9))
    monkeypatch.setattr(rehearser, "_PAGE", 1)
    desk, services = shop.world.services.rehearsal_desk, shop.world.services
    asked = desk.begin(shop.advertiser, "left")
    assert desk.begin(shop.advertiser, "left") == asked, "asked again, it is the same one"
    runs = 0
    while not desk.last(shop.advertiser.id, "left").ended_at:
        assert refused(begin, shop) == "not_rehearsed"
        on_minute(services, iter([60_000, 0, 0]).__next__)
        runs += 1
    assert runs == 4
    told = desk.last(shop.advertiser.id, "left").told
    shop.world.clock.advance(asked.start_at - shop.world.clock.now())
    at_once = desk.at_once(shop.advertiser, "left")
    assert all("person" not in row for row in told["rows"])
    for row in at_once["rows"]:
        del row["person"]
    assert told == at_once
    assert begin(shop).requested_by == ANNE


def test_a_rehearsal_asked_for_meanwhile_goes_on_instead(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, job = shop.world.services.rehearsal_desk, shop.world.services.jobs
    desk.begin(shop.advertiser, "left")
    (due,) = list(job.due(shop.world.clock.now()))
    save(shop, CAPPED | {"name": "Another"})

    def meanwhile() -> int:
        if desk.last(shop.advertiser.id, "left").version == 1:
            desk.begin(shop.advertiser, "left")
        return 0

    desk.work(due, meanwhile)
    assert (desk.last(shop.advertiser.id, "left").version, desk.last(shop.advertiser.id, "left").so_far) == (2, "")
