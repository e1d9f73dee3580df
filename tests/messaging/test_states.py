"""The states of a message and the moves between them."""

from __future__ import annotations

from typing import get_args

from chalicelib.messaging.states import TRANSITIONS, sources
from chalicelib.storage.messages import WAITING, State

STATES: tuple[State, ...] = get_args(State)
TERMINAL = {"delivered", "refused", "cancelled", "expired"}
"""A failed message is over too, unless a receipt proves the contrary."""


def reachable(start: State) -> set[State]:
    found: set[State] = {start}
    while new := {to for state in found for to in TRANSITIONS[state]} - found:
        found |= new
    return found


def test_the_table_knows_every_state_and_no_other() -> None:
    assert set(TRANSITIONS) == set(STATES)
    assert all(targets <= set(STATES) for targets in TRANSITIONS.values())


def test_a_terminal_state_has_no_way_out() -> None:
    assert {state for state, targets in TRANSITIONS.items() if not targets} == TERMINAL


def test_every_state_can_be_reached_from_the_first() -> None:
    assert reachable("scheduled") == set(STATES)


def test_every_state_leads_to_an_end() -> None:
    assert all(reachable(state) & TERMINAL for state in STATES)


def test_a_message_that_was_claimed_waits_again_only_where_the_provider_surely_has_not_taken_it() -> None:
    """Or it could be sent twice. What may have left is claimed again only with its id as the key (outcomes.py)."""
    claimed: list[State] = ["sending", "unknown", "sent"]
    assert [(state, to) for state in claimed for to in TRANSITIONS[state] & WAITING] == [("sending", "deferred")]
    assert sources("sending") == ["queued", "unknown"]


def test_sources_are_the_table_read_backwards() -> None:
    for state in STATES:
        assert set(sources(state)) == {origin for origin in STATES if state in TRANSITIONS[origin]}
