"""What a purchase is put down to, and what it counts for: whatever the order, and however often it is told."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR
from chalicelib.links.attribution import NotAttributed, Told, attribute, difference, figures, merged
from chalicelib.storage.clicks import LoggedClick
from chalicelib.storage.conversions import Attribution, Conversion
from chalicelib.storage.events import Event, Via

BOUGHT = 1_772_445_600_000
WINDOW = 5 * DAY
SHOP = "adv_1"
_ids = count(1)


def click(before: int, **changes: Any) -> LoggedClick:
    facts = {"link": "bcdfghjkmn", "click_class": "person", "advertiser": SHOP, "visitor": None}
    return LoggedClick(**{**facts, "id": f"click{next(_ids)}", "at": BOUGHT - before, **changes})


def event(name: str, via: Via = "browser", *, late: int = 0, **params: Any) -> Event:
    at = BOUGHT + late
    return Event("site_1", "visitor", name, f"event{next(_ids):06d}", at, at, via, None, params=params)


def whole(*events: Event) -> Conversion:
    conversion = Conversion("site_1", "o1", SHOP)
    for each in events:
        conversion = merged(conversion, Told(each))
    return conversion


def numbers(*events: Event) -> dict[str, int]:
    """What events come to where the purchase is put down to a click; in the advertiser's scope."""
    conversion = whole(*events)
    found = Attribution("click1", BOUGHT - HOUR, "bcdfghjkmn", "msg_1", "cart", "adv_1#p", {"campaign": "cart"})
    told = figures(replace(conversion, attribution=found))
    return {name: number for (scope, name, _), number in told.items() if scope == SHOP}


PURCHASE = event("purchase", value=50_000_000, currency="EUR")
CONFIRMED = event("purchase", "server", value=48_000_000, currency="EUR")
PART = event("refund", "server", value=10_000_000, currency="EUR")
WHOLE = event("refund", "server")


@pytest.mark.parametrize(
    ("clicks", "reason"),
    [
        ([], "no_click"),
        ([None], "unknown_click"),
        ([click(HOUR, link=None, click_class="")], "unknown_click"),
        ([click(HOUR, advertiser="adv_2")], "click_of_another"),
        ([click(HOUR, click_class="preview")], "not_a_person"),
        ([click(-1)], "clicked_after"),
        ([click(WINDOW + 1)], "window_over"),
        ([None, click(WINDOW + 1), click(HOUR, click_class="bot")], "window_over"),
    ],
)
def test_a_purchase_that_no_click_led_to_says_why(clicks: list[LoggedClick | None], reason: str) -> None:
    assert attribute(BOUGHT, clicks, SHOP, WINDOW, ()) == NotAttributed(reason)


def test_who_was_named_and_leads_to_nobody_is_the_reason() -> None:
    assert attribute(BOUGHT, [], SHOP, WINDOW, ("no_matching_consent",)) == NotAttributed("no_matching_consent")


def test_the_last_click_wins_and_the_windows_ends_count() -> None:
    first, last = click(WINDOW), click(0)
    assert attribute(BOUGHT, [first], SHOP, WINDOW, ()) == first
    assert attribute(BOUGHT, [last, first, click(-1), None], SHOP, WINDOW, ()) == last


def test_a_browsers_word_is_unconfirmed_until_the_back_end_says_so() -> None:
    assert numbers(PURCHASE) == {"conversion.unconfirmed": 1, "revenue.unconfirmed.EUR": 50_000_000}
    assert numbers(PURCHASE, CONFIRMED) == {"conversion.confirmed": 1, "revenue.confirmed.EUR": 48_000_000}


def test_the_amount_that_only_a_browser_named_stays_unconfirmed() -> None:
    assert numbers(PURCHASE, event("purchase", "server")) == {
        "conversion.confirmed": 1,
        "revenue.unconfirmed.EUR": 50_000_000,
    }


def test_what_was_given_back_is_no_revenue() -> None:
    assert numbers(CONFIRMED, PART) == {
        "conversion.confirmed": 1,
        "revenue.confirmed.EUR": 38_000_000,
        "refunded.EUR": 10_000_000,
    }
    assert numbers(CONFIRMED, PART, WHOLE) == {"conversion.refunded": 1, "refunded.EUR": 48_000_000}


def test_no_more_is_given_back_than_was_paid() -> None:
    more = [event("refund", "server", value=30_000_000) for _ in range(2)]
    assert numbers(CONFIRMED, *more) == {"conversion.refunded": 1, "refunded.EUR": 48_000_000}


def test_the_items_of_a_refund_say_how_much() -> None:
    lamps = event("refund", "server", items=[{"item_id": "lamp", "price": 4_000_000, "quantity": 2}])
    assert numbers(CONFIRMED, lamps)["refunded.EUR"] == 8_000_000


def test_money_of_two_kinds_is_never_put_together() -> None:
    francs = event("refund", "server", value=10_000_000, currency="CHF")
    assert numbers(CONFIRMED, francs) == {
        "conversion.confirmed": 1,
        "revenue.confirmed.EUR": 48_000_000,
        "conversion.refund_in_other_currency": 1,
    }


def test_a_purchase_without_an_amount_is_counted_as_such() -> None:
    assert numbers(event("purchase", "server", value=1_000_000)) == {
        "conversion.confirmed": 1,
        "conversion.without_amount": 1,
    }


def test_a_refund_alone_counts_for_nothing_yet() -> None:
    assert numbers(WHOLE) == {}


def test_every_order_comes_to_the_same() -> None:
    orders = permutations([PURCHASE, CONFIRMED, PART, WHOLE])
    assert {tuple(sorted(numbers(*order).items())) for order in orders} == {
        (("conversion.refunded", 1), ("refunded.EUR", 48_000_000))
    }


PARAMS = st.fixed_dictionaries(
    {}, optional={"value": st.integers(0, 10**9), "currency": st.sampled_from(["EUR", "CHF"])}
)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("purchase"), st.sampled_from(["browser", "server"])),
            st.tuples(st.just("refund"), st.just("server")),
        ),
        max_size=8,
    ),
    st.data(),
)
def test_permuted_and_doubled_it_comes_to_the_same(kinds: list[tuple[str, Via]], data: st.DataObject) -> None:
    events = [
        replace(event(name, via, late=data.draw(st.integers(0, 5))), params=data.draw(PARAMS)) for name, via in kinds
    ]
    again = data.draw(st.permutations(events + events))
    assert whole(*events) == whole(*again)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(-3, 3)), min_size=1, max_size=6))
def test_moving_by_differences_ends_at_the_last_figures(states: list[dict[str, int]]) -> None:
    totals: dict[tuple[str, int, str], int] = {}
    before: dict[tuple[str, str, int], int] = {}
    for state in states:
        after = {(name, name, 0): number for name, number in state.items()}
        for (scope, hour), by in difference(before, after).items():
            for name, number in by.items():
                totals[scope, hour, name] = totals.get((scope, hour, name), 0) + number
        before = after
    assert {k: v for k, v in totals.items() if v} == {(n, 0, n): v for n, v in states[-1].items() if v}
