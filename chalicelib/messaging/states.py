"""The states of a message and the moves between them: one table, each move a conditional write."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.storage.messages import State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    # Waits for its moment; the visitor may move it, the tick puts it on the queue.
    "scheduled": frozenset({"scheduled", "queued", "refused", "cancelled", "expired"}),
    # Is on the queue, or will be again when its lease ends.
    "queued": frozenset({"queued", "scheduled", "sending", "deferred", "refused", "cancelled", "expired"}),
    # Was due in a moment that is not allowed, and waits for one that is.
    "deferred": frozenset({"scheduled", "queued", "refused", "cancelled", "expired"}),
    # Claimed: from here on it counts as handed over, whatever becomes of the worker.
    # A receipt may come before the worker has noted that the provider took it.
    "sending": frozenset({"sent", "delivered", "failed", "unknown"}),
    # The worker's lease ended without a word; only a receipt can tell, and it is never sent again.
    "unknown": frozenset({"sent", "delivered", "failed"}),
    "sent": frozenset({"delivered", "failed"}),
    "delivered": frozenset(),
    # By a receipt that came after a worse one: what a phone has got has not failed.
    "failed": frozenset({"delivered"}),
    "refused": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}


def sources(to: State) -> list[State]:
    """The states from which a message may come to `to`."""
    return [state for state, targets in TRANSITIONS.items() if to in targets]
