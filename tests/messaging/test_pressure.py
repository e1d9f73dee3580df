"""Caps over sliding windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY
from chalicelib.messaging.pressure import marketing_pressure
from chalicelib.storage.advertisers import Cap
from chalicelib.storage.ledgers import Ledger, Send, claim
from tests.support.world import NOON

WEEK = 7 * DAY


def ledger(*times: int, message_class: str = "marketing") -> Ledger:
    return Ledger("person", len(times), tuple(Send(at, "adv", "cart", message_class, f"m{at}") for at in times))


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (1, True), (WEEK - 1, True), (WEEK, False), (WEEK + 1, False)])
def test_the_window_is_open_at_its_old_end(ago: int, *, counts: bool) -> None:
    pressure = marketing_pressure(ledger(NOON - ago), Cap(messages=1, window_ms=WEEK), NOON)
    assert pressure.reached is counts


def test_a_send_that_a_faster_clock_noted_counts() -> None:
    """Containers' clocks differ by a little: a send from the future is a send."""
    assert marketing_pressure(ledger(NOON + 500), Cap(messages=1), NOON).reached


def test_messages_of_other_classes_do_not_count() -> None:
    assert marketing_pressure(ledger(NOON, message_class="notification"), Cap(messages=1), NOON).sent == 0


def test_a_cap_of_none_allows_none() -> None:
    assert marketing_pressure(ledger(), Cap(messages=0), NOON).reached


@given(
    wishes=st.lists(st.integers(0, 40 * DAY), max_size=60),
    cap=st.integers(1, 4),
    window=st.integers(60_000, 31 * DAY),
)
def test_in_no_window_there_are_more_sends_than_the_cap_allows(wishes: list[int], cap: int, window: int) -> None:
    """With the very write that claims a send, which forgets what is too old for every cap."""
    limit, held = Cap(cap, window), Ledger("person")
    made: list[int] = []
    for now in sorted(NOON + wish for wish in wishes):
        if not marketing_pressure(held, limit, now).reached:
            written = claim(held, Send(now, "adv", "cart", "marketing", f"m{now}")).values["sends"]
            held = Ledger("person", held.version + 1, tuple(Send(**send) for send in written))
            made.append(now)
    for end in made:
        assert sum(end - window < at <= end for at in made) <= cap
