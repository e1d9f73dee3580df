"""What events mean for an enrolment: the same in whatever order, and however often, they come."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.enrolling import SKEW, Leave, Move, Who, decide, held_out, variant_of
from chalicelib.journeys.subjects import subject_of
from chalicelib.storage.carts import Browsing
from chalicelib.storage.enrolments import Enrolment, Ran
from chalicelib.storage.events import Event
from chalicelib.storage.visitors import Visitor
from chalicelib.tracking import carts
from tests.support.world import NOON

STEP = {"id": "first", "wait": {"minutes": 45}, "texts": [{"template": "t"}]}


def known(**document: Any) -> Known:
    whole = {"name": "A journey", "kind": "cart", "steps": [STEP]} | document
    return Known("j", 1, Journey.model_validate(whole))


CART = known(
    trigger={
        "about": "cart",
        "events": ["add_to_cart"],
        "when": [{"fact": "cart.value", "op": "at_least", "value": 50}],
    },
    exits=[{"on": "purchase"}],
)
REVIEW = known(
    kind="review",
    trigger={"about": "order", "events": ["delivered"]},
    exits=[{"on": "review_submitted"}, {"on": "refund"}],
)
BROWSE = known(
    kind="browse",
    trigger={
        "about": "product",
        "events": ["view_item"],
        "when": [{"fact": "cart.count", "op": "missing"}],
    },
    exits=[{"on": "purchase"}],
)
WIN_BACK = known(kind="win_back", trigger={"about": "person", "events": ["page_view", "purchase"]})
MIDNIGHT = NOON - NOON % DAY + DAY
"""The end of the day (UTC) that the tests begin on."""


def event(name: str, minute: int, *, late: int = 0, visitor: str = "browser", **params: Any) -> Event:
    at = NOON + minute * MINUTE
    via = "server" if visitor == "server" else "browser"
    return Event("site", visitor, name, f"{name}-{minute}", at, at + late * MINUTE, via, None, params=params)  # type: ignore[arg-type]


def item(number: int, price: int = 30) -> dict[str, Any]:
    return {"items": [{"item_id": f"i{number}", "price": price * 1_000_000}], "currency": "EUR"}


def settle(journey: Known, events: list[Event], start: Enrolment | None = None) -> Enrolment | None:
    """The enrolment after events were followed in this order."""
    browsing: dict[str, Browsing] = {}
    enrolment = start
    for each in events:
        browsing[each.visitor] = carts.follow(browsing.get(each.visitor, Browsing()), each)
        visitor = Visitor("site", each.visitor, browsing[each.visitor])
        who = Who("adv", "person", "adv", "site", each.visitor, {})
        subject = subject_of(journey.document.trigger, each, visitor)
        about = f"site#{each.params['transaction_id']}" if "transaction_id" in each.params else "site"
        decision = decide(journey, each, who, subject, enrolment, about)
        if decision:
            enrolment = replace(decision.enrolment, version=(enrolment.version if enrolment else 0) + 1)
    return enrolment


def meaning(enrolment: Enrolment | None) -> Any:
    """What an enrolment leads to: nothing, or a step at a time about something."""
    if enrolment is None or enrolment.state != "active":
        return None
    return enrolment.entered_at, enrolment.changed_at, enrolment.active_at, enrolment.product, enrolment.facts


minutes = st.integers(0, 600)
visits = st.one_of(
    st.builds(
        lambda minute, number, price: event("add_to_cart", minute, **item(number, price)),
        minutes,
        st.integers(1, 3),
        st.integers(5, 70),
    ),
    st.builds(lambda minute, number: event("remove_from_cart", minute, **item(number)), minutes, st.integers(1, 3)),
    st.builds(lambda minute, number: event("view_item", minute, **item(number)), minutes, st.integers(1, 3)),
    st.builds(lambda minute: event("page_view", minute), minutes),
    st.builds(lambda minute, late: event("purchase", minute, late=late), minutes, st.integers(0, 300)),
    st.builds(lambda minute: event("purchase", minute, visitor="server"), minutes),
)
orders = st.one_of(
    st.builds(lambda minute: event("delivered", minute, visitor="server", transaction_id="o1"), minutes),
    st.builds(lambda minute: event("review_submitted", minute, visitor="server", transaction_id="o1"), minutes),
    st.builds(lambda minute: event("page_view", minute), minutes),
)


@given(history=st.lists(visits, max_size=8, unique_by=lambda e: e.time), data=st.data())
@pytest.mark.parametrize("journey", [CART, BROWSE], ids=["cart", "browse"])
def test_any_order_and_any_doubling_of_a_visit_means_the_same(journey: Known, history: list[Event], data: Any) -> None:
    shuffled = data.draw(
        st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=4)) if history else [])
    )
    in_order = sorted(history, key=lambda each: each.time)
    assert meaning(settle(journey, shuffled)) == meaning(settle(journey, in_order))


@given(history=st.lists(orders, max_size=6, unique_by=lambda e: e.time), data=st.data())
def test_any_order_and_any_doubling_of_an_orders_events_means_the_same(history: list[Event], data: Any) -> None:
    shuffled = data.draw(st.permutations(history * 2))
    assert meaning(settle(REVIEW, shuffled)) == meaning(settle(REVIEW, sorted(history, key=lambda each: each.time)))


def test_a_review_that_is_told_before_the_delivery_ends_it_for_good() -> None:
    review = event("review_submitted", 10, visitor="server", transaction_id="o1")
    delivered = event("delivered", 5, visitor="server", transaction_id="o1")
    enrolment = settle(REVIEW, [review, delivered])
    assert enrolment is not None
    assert (enrolment.state, enrolment.reason) == ("left", "reviewed")


def test_a_cart_filled_after_its_purchase_is_another() -> None:
    bought = [event("add_to_cart", 0, **item(1, 60)), event("purchase", 10)]
    assert meaning(settle(CART, bought)) is None
    anew = settle(CART, [*bought, event("add_to_cart", 10 + SKEW // MINUTE + 1, **item(2, 60))])
    assert anew is not None
    assert (anew.state, anew.run) == ("active", 2)


def test_clocks_that_differ_a_little_do_not_make_a_bought_cart_an_abandoned_one() -> None:
    """The back end's clock is three minutes behind the browser's."""
    told = [event("add_to_cart", 3, **item(1, 60)), event("purchase", 2, visitor="server")]
    assert meaning(settle(CART, told)) is None


@pytest.mark.parametrize(("minutes", "begins"), [(3, False), (5, False), (6, True)])
def test_five_minutes_are_forgiven_and_no_more(minutes: int, *, begins: bool) -> None:
    bought = [event("add_to_cart", 0, **item(1, 60)), event("purchase", 10)]
    refilled = settle(CART, [*bought, event("add_to_cart", 10 + minutes, **item(2, 60))])
    assert refilled is not None and (refilled.state == "active") is begins


def test_a_cart_that_grows_cheap_leaves_before_the_first_step() -> None:
    history = [event("add_to_cart", 0, **item(1, 60)), event("remove_from_cart", 5, **item(1))]
    enrolment = settle(CART, [*history, event("add_to_cart", 6, **item(2, 20))])
    assert enrolment is not None
    assert (enrolment.state, enrolment.reason) == ("left", "no_longer")


def test_who_is_in_after_a_step_is_not_moved_by_another_cart_and_begins_again_long_after_only() -> None:
    first = settle(CART, [event("add_to_cart", 0, **item(1, 60))])
    assert first is not None
    walked = replace(first, ran=(Ran("first", NOON + HOUR, "sent", "msg"),))
    assert settle(CART, [event("add_to_cart", 120, **item(2, 60))], walked) == walked
    done = replace(walked, state="done", due_at=None)
    assert settle(CART, [event("add_to_cart", 23 * 60, **item(2, 60))], done) == done
    again = settle(CART, [event("add_to_cart", 25 * 60, **item(2, 60))], done)
    assert again is not None
    assert (again.run, again.ran, again.state) == (2, (), "active")


def test_a_purchase_ends_a_journey_whose_last_message_still_waits() -> None:
    first = settle(CART, [event("add_to_cart", 0, **item(1, 60))])
    assert first is not None
    done = replace(first, state="done", ran=(Ran("first", NOON + HOUR, "sent", "msg"),))
    who = Who("adv", "person", "adv", "site", "browser", {})
    decision = decide(CART, event("purchase", 90), who, None, done, "site")
    assert isinstance(decision, Leave)
    assert (decision.reason, decision.enrolment.message) == ("purchased", "msg")


def test_each_visit_begins_the_wait_of_a_win_back_anew() -> None:
    enrolment = settle(WIN_BACK, [event("page_view", 0), event("purchase", 60), event("page_view", 30)])
    assert enrolment is not None
    assert (enrolment.active_at, enrolment.run) == (MIDNIGHT, 1)


def test_somebody_who_comes_each_minute_is_written_down_once_a_day() -> None:
    known = settle(WIN_BACK, [event("page_view", 0)])
    assert known is not None
    later = [event("page_view", minute) for minute in (1, 2, 300)]
    assert [settle(WIN_BACK, [each], known) for each in later] == [known] * 3
    tomorrow = settle(WIN_BACK, [event("page_view", 24 * 60)], known)
    assert tomorrow is not None
    assert tomorrow.active_at == MIDNIGHT + DAY


@given(st.lists(st.integers(0, 5 * 24 * 60), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_stay_away_is_counted_from_the_last_sign_and_never_ends_early(signs: list[int], order: Random) -> None:
    """Whatever the order that visits are told in, the wait begins at most a day after the last, and not before it."""
    last = NOON + max(signs) * MINUTE
    told = [event("page_view", minute) for minute in signs]
    order.shuffle(told)
    enrolment = settle(WIN_BACK, told)
    assert enrolment is not None
    assert last < enrolment.active_at <= last + DAY


def test_holdout_and_variants_hold_a_person_and_share_as_told() -> None:
    people = [f"person-{number}" for number in range(4_000)]
    held = [person for person in people if held_out(person, "cart", 10)]
    assert held == [person for person in people if held_out(person, "cart", 10)]
    assert 0.08 < len(held) / len(people) < 0.12
    chosen = [variant_of(person, "cart", (20, 80)) for person in people]
    assert 0.17 < chosen.count(0) / len(people) < 0.23
    assert {variant_of(person, "cart", (0, 100)) for person in people} == {1}


def test_the_days_are_counted_by_the_event_and_not_by_the_delivery() -> None:
    late = event("add_to_cart", 0, late=24 * 60, **item(1, 60))
    enrolment = settle(CART, [late])
    assert enrolment is not None
    assert enrolment.entered_at == NOON
    assert DAY == 24 * HOUR


CROSS_SELL = known(
    kind="cross_sell",
    trigger={"about": "order", "events": ["purchase"]},
    steps=[STEP | {"offers": "complement"}],
    exits=[{"on": "purchase", "of": "offer"}],
)


def bought(item: str, order: str, minute: int = 0) -> Event:
    return event("purchase", minute, visitor="server", transaction_id=order, items=[{"item_id": item}])


def after(enrolment: Enrolment, told: Event) -> Any:
    """What an event means for an enrolment about the first order."""
    visitor, who = Visitor("site", "server"), Who("adv", "person", "adv", "site", "server", {})
    subject = subject_of(CROSS_SELL.document.trigger, told, visitor)
    return decide(CROSS_SELL, told, who, subject, enrolment, "site#o1")


def test_what_is_offered_ends_the_journey_when_it_is_bought_and_nothing_else_does() -> None:
    enrolment = settle(CROSS_SELL, [bought("bike-1", "o1")])
    assert enrolment
    offered = replace(enrolment, offer=("helmet-1",), ran=(Ran("first", 1, "sent", "msg"),), state="done")
    assert after(offered, bought("bell-1", "o2", 10)) is None
    assert after(offered, bought("bike-1", "o1")) is None
    left = after(offered, bought("helmet-1-blue", "o2", 10))
    assert isinstance(left, Leave)
    assert left.enrolment.state == "left"


def test_who_is_still_to_be_offered_something_is_looked_at_anew_when_anything_is_bought() -> None:
    """A worker that chooses meanwhile has not seen what was bought: its write must fail."""
    enrolment = settle(CROSS_SELL, [bought("bike-1", "o1")])
    assert enrolment
    assert after(enrolment, bought("helmet-1", "o2", 10)) == Move(enrolment)
    assert after(replace(enrolment, state="left"), bought("helmet-1", "o2", 10)) is None


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"trigger": {"about": "cart", "events": ["add_to_cart"]}}, "a step that offers"),
        ({"steps": [STEP]}, "an exit by what no step offers"),
        ({"steps": [STEP | {"wait": {"cases": [{"when": [{"fact": "history.purchases"}], "minutes": 1}]}}]}, "needs"),
        (
            {"steps": [STEP | {"wait": {"cases": [{"when": [{"fact": "cart.value", "value": 1}], "minutes": 1}]}}]},
            "cart.value is not known here",
        ),
    ],
)
def test_offers_and_waits_that_cannot_be_are_refused(parts: dict[str, Any], says: str) -> None:
    document = CROSS_SELL.document.model_dump(mode="json") | parts
    with pytest.raises(ValidationError, match=says):
        Journey.model_validate(document)
