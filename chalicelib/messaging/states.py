"""The states of a message and the moves between them: one table, each move a conditional write."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chalicelib.storage.messages import State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    # Waits for its moment; the visitor may move it, the tick puts it on the queue.
    "scheduled": frozenset({"scheduled", "queued", "refused", "cancelled", "expired"}),
    # Is on the queue, or will be again when its lease ends.
    "queued": frozenset({"queued", "scheduled", "sending", "deferred", "refused", "cancelled", "expired"}),
    # Was due in a moment that is not allowed, and waits for one that is.
    "deferred": frozenset({"scheduled", "queued", "refused", "cancelled", "expired"}),
    # Claimed: from here on it counts as handed over, whatever becomes of the worker. It waits again, or is given up,
    # only where the provider said for certain that it has not taken it. A receipt may come before `sent` is noted.
    "sending": frozenset({"sent", "delivered", "failed", "unknown", "deferred", "expired"}),
    # It may have left: no answer came, or the worker's lease ended without a word. A receipt can tell. It is claimed
    # again only for a provider that takes its id as an idempotency key, with the very same text.
    "unknown": frozenset({"unknown", "sending", "sent", "delivered", "failed"}),
    "sent": frozenset({"delivered", "failed"}),
    "delivered": frozenset(),
    # By a receipt that came after a worse one: what a phone has got has not failed.
    "failed": frozenset({"delivered"}),
    "refused": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}


def sources(to: State, found: Collection[State] = tuple(TRANSITIONS)) -> list[State]:
    """The states from which a message may come to `to`, of those that it was found in or may be found in."""
    return [state for state, targets in TRANSITIONS.items() if to in targets and state in found]
