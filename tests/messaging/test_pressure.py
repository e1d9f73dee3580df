"""Caps over sliding windows, against a model that knows no better than to try every moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY
from chalicelib.messaging.pressure import weigh
from chalicelib.storage.caps import CapRule
from chalicelib.storage.ledger import MOST_SENDS, Ledger, Send
from chalicelib.storage.ledgers import claim, release
from tests.support.world import NOON

WEEK = 7 * DAY


def a_send(at: int, **changes: object) -> Send:
    return replace(Send(at, "adv", "cart", "marketing", f"m{at}"), **changes)  # type: ignore[arg-type]


def ledger(*sends: Send) -> Ledger:
    return Ledger("person", len(sends), sends)


NEXT = a_send(NOON, message="next")


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (1, True), (WEEK - 1, True), (WEEK, False), (WEEK + 1, False)])
def test_the_window_is_open_at_its_old_end(ago: int, *, counts: bool) -> None:
    pressure = weigh(ledger(a_send(NOON - ago)), [CapRule(1, WEEK)], NEXT)
    assert (pressure.reached is not None) is counts
    assert pressure.frees_at == (NOON - ago + WEEK if counts else NOON)


def test_a_send_that_a_faster_clock_noted_counts() -> None:
    """Containers' clocks differ by a little: a send from the future is a send."""
    assert weigh(ledger(a_send(NOON + 500)), [CapRule(1)], NEXT).reached


@pytest.mark.parametrize(
    ("rule", "other", "counts"),
    [
        (CapRule(1), {"message_class": "notification"}, False),
        (CapRule(1, classes=("marketing", "notification")), {"message_class": "notification"}, True),
        (CapRule(1), {"advertiser": "other"}, True),
        (CapRule(1, level="advertiser"), {"advertiser": "other"}, False),
        (CapRule(1, level="advertiser"), {"journey": "flash"}, True),
        (CapRule(1, level="campaign"), {"journey": "flash"}, False),
        (CapRule(1, level="campaign"), {"advertiser": "other"}, False),
        (CapRule(1, level="campaign"), {}, True),
        (CapRule(1, level="campaign", campaign="cart"), {}, True),
        (CapRule(2, counts="parts"), {"parts": 2}, True),
        (CapRule(3, counts="parts"), {"parts": 2}, False),
        (CapRule(2), {"parts": 2}, False),
    ],
)
def test_what_a_rule_counts(rule: CapRule, other: dict[str, object], *, counts: bool) -> None:
    assert bool(weigh(ledger(a_send(NOON - 1, **other)), [rule], NEXT).reached) is counts


def test_a_rule_of_another_campaign_or_class_does_not_hold() -> None:
    rules = [CapRule(0, level="campaign", campaign="flash"), CapRule(0, classes=("notification",))]
    assert weigh(ledger(), rules, NEXT).readings == ()


def test_a_cap_of_none_and_an_sms_longer_than_the_cap_never_fit() -> None:
    assert weigh(ledger(), [CapRule(0)], NEXT).frees_at is None
    assert weigh(ledger(), [CapRule(2, counts="parts")], replace(NEXT, parts=3)).frees_at is None


def test_a_message_is_counted_once_however_often_it_is_claimed() -> None:
    held = applied(ledger(), NEXT)
    again = replace(NEXT, at=NOON + 5)
    assert not weigh(held, [CapRule(1)], again).reached
    assert applied(held, again).sends == (again,)


def test_what_never_left_is_given_back() -> None:
    held = applied(applied(ledger(), NEXT), a_send(NOON + 1))
    values = release(held, "next").values
    assert [send["message"] for send in values["sends"]] == [f"m{NOON + 1}"]


def test_a_ledger_is_full_before_it_would_have_to_forget() -> None:
    sends = [a_send(NOON - number, message=f"m{number}") for number in range(MOST_SENDS)]
    assert ledger(*sends).is_full(NOON)
    assert not ledger(*sends[1:]).is_full(NOON)
    assert not ledger(*sends).is_full(NOON + 31 * DAY)
    assert len(applied(ledger(*sends), a_send(NOON + 39 * DAY)).sends) == 1


sends = st.builds(
    Send,
    at=st.integers(0, 40 * DAY).map(lambda offset: NOON + offset),
    advertiser=st.sampled_from(["adv", "other"]),
    journey=st.sampled_from(["cart", "flash"]),
    message_class=st.sampled_from(["marketing", "notification"]),
    message=st.integers(0, 30).map(str),
    parts=st.integers(1, 3),
)
rules = st.builds(
    CapRule,
    limit=st.integers(0, 5),
    window_ms=st.integers(60_000, 31 * DAY),
    level=st.sampled_from(["all", "advertiser", "campaign"]),
    counts=st.sampled_from(["messages", "parts"]),
    classes=st.sampled_from([("marketing",), ("notification",), ("marketing", "notification")]),
    campaign=st.none(),
)


def applied(held: Ledger, send: Send) -> Ledger:
    """With the very write that claims a send, which forgets what is too old for every cap."""
    written = claim(held, send).values["sends"]
    return Ledger("person", held.version + 1, tuple(Send(**past) for past in written))


def allowed(made: list[Send], limits: list[CapRule], send: Send) -> bool:
    """The model: all sends that were ever made, and each rule as it is said in words."""
    for rule in limits:
        if send.message_class not in rule.classes:
            continue
        alike = [
            past
            for past in made
            if past.message_class in rule.classes
            and (rule.level == "all" or past.advertiser == send.advertiser)
            and (rule.level != "campaign" or past.journey == send.journey)
            and send.at - rule.window_ms < past.at
        ]
        sizes = [past.parts if rule.counts == "parts" else 1 for past in (*alike, send)]
        if sum(sizes) > rule.limit:
            return False
    return True


@given(wanted=st.lists(sends, max_size=40, unique_by=lambda send: send.message), limits=st.lists(rules, max_size=4))
def test_exactly_what_every_window_allows_is_let_through(wanted: list[Send], limits: list[CapRule]) -> None:
    held, made = Ledger("person"), list[Send]()
    for send in sorted(wanted, key=lambda send: send.at):
        fits = weigh(held, limits, send).reached is None
        assert fits is allowed(made, limits, send)
        if fits:
            held = applied(held, send)
            made.append(send)


@given(
    past=st.lists(sends, max_size=20, unique_by=lambda send: send.message),
    limits=st.lists(rules, max_size=4),
    next_=sends,
)
def test_the_first_free_moment_is_the_first(past: list[Send], limits: list[CapRule], next_: Send) -> None:
    """Nothing else changes an answer than a send that leaves a window: so those moments are all that must be tried."""
    next_ = replace(next_, message="next")
    moments = sorted({next_.at, *(send.at + rule.window_ms for send in past for rule in limits)})
    later = [at for at in moments if at >= next_.at]
    free = next((at for at in later if allowed(past, limits, replace(next_, at=at))), None)

    pressure = weigh(ledger(*past), limits, next_)

    assert pressure.frees_at in ({free} if pressure.readings else {0})
    if free is not None and free > next_.at:
        assert not allowed(past, limits, replace(next_, at=free - 1))
