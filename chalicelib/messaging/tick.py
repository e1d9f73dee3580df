"""Each minute: what is due goes on the send queue, and whatever a lost worker left behind is picked up.

Every message that waits stands in the index under the time when it must be looked at again: its moment, or the end of
a lease. So an order that was lost on the way is given again, and a hand-over that ended without a word is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.clock import MINUTE, SECOND, Clock
from chalicelib.logs import log
from chalicelib.messaging import states
from chalicelib.storage import cohorts
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.halts import HOLDS_WITHIN, Halts
from chalicelib.storage.keys import DUE_SHARDS
from chalicelib.storage.messages import DueMessage, Messages, State, Step, move
from chalicelib.storage.send_queue import Order, SendQueue
from chalicelib.storage.table import TransactionRefused, Write
from chalicelib.storage.table_identity import TableIdentity

LOOK_AHEAD = MINUTE
"""Until the next tick: what falls due before it is queued now, with SQS's delay for the seconds."""
QUEUE_LEASE = 15 * MINUTE
"""How long an order may take: longer than the queue's own retries."""
_WAKING = 2 * MINUTE
"""From when every worker knows that marketing goes on: longer than a minute, so that one tick falls into it."""
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    queued: int = 0
    expired: int = 0
    unknown: int = 0


class Tick:
    """The minute's work."""

    def __init__(
        self, messages: Messages, halts: Halts, queue: SendQueue, identity: TableIdentity, clock: Clock
    ) -> None:
        self._messages = messages
        self._halts = halts
        self._queue = queue
        self._identity = identity
        self._clock = clock

    def run(self) -> Ticked:
        """Look at every shard of the index once. Nothing is handed out from a table that may not be sent from."""
        now = self._clock.now()
        if halt := self._identity.halt():
            self._messages.commit([count(SERVICE, "tick", now, f"halted.{halt}")])
            log("halted", reason=halt)
            return Ticked()
        expired = unknown = 0
        orders = list(self._woken(now))
        queued = len(orders)
        for shard in range(DUE_SHARDS):
            for due in self._messages.due(shard, now + LOOK_AHEAD):
                if due.state == "sending":
                    unknown += due.due_at <= now and self._lose(due, now)
                elif due.state != "unknown" and now >= due.expires_at:
                    expired += self._expire(due, now)
                elif self._queueable(due, now) and (lease := self._lease(due, now)):
                    orders.append(Order(due.id, due.version, lease, max(0, due.due_at - now) // SECOND))
                    queued += 1
                if len(orders) >= _CHUNK:
                    self._queue.put(orders)
                    orders = []
        self._queue.put(orders)
        log("tick", queued=queued, expired=expired, unknown=unknown)
        return Ticked(queued, expired, unknown)

    def _woken(self, now: int) -> Iterator[Order]:
        """Where marketing has just gone on, orders for what stood still: it need not wait for its lease to end.

        Whatever else has an order gets one more: the first to claim it sends it.
        """
        if not 0 <= now - self._halts.resumed_at() - HOLDS_WITHIN < _WAKING:
            return
        for shard in range(DUE_SHARDS):
            for due in self._messages.due(shard, now + QUEUE_LEASE):
                if due.state == "queued" and due.due_at > now:
                    yield Order(due.id, due.version, due.due_at)

    def _queueable(self, due: DueMessage, now: int) -> bool:
        """One that was queued waits for its lease to end; the others are queued ahead of their moment."""
        return due.state not in ("queued", "unknown") or due.due_at <= now

    def _lease(self, due: DueMessage, now: int) -> int | None:
        """The end of the lease; None where somebody else was faster.

        What may have left stays what it is: its order is to look whether it may go again, or has waited enough.
        """
        state: State = "unknown" if due.state == "unknown" else "queued"
        until = max(due.due_at, now) + QUEUE_LEASE
        return until if self._messages.lease(due, state, until) else None

    def _expire(self, due: DueMessage, now: int) -> bool:
        message = self._messages.get(due.id)
        counted = cohorts.of_message(message).moved(due.id, {"expired.expired": 1}) if message else None
        return self._end(due, "expired", "expired", now, beside=[counted] if counted else [])

    def _lose(self, due: DueMessage, now: int) -> bool:
        """The worker that claimed it is gone; whoever gets the next order decides what can be done."""
        facts = {"version": due.version + 1}
        return self._end(due, "unknown", "lease_ended", now, due_at=now + LOOK_AHEAD, facts=facts)

    def _end(
        self,
        due: DueMessage,
        state: State,
        reason: str,
        now: int,
        *,
        due_at: int | None = None,
        facts: Mapping[str, Any] | None = None,
        beside: Sequence[Write] = (),
    ) -> bool:
        step = Step(state, now, reason)
        moved = move(due.id, states.sources(state, {due.state}), step, version=due.version, due_at=due_at, facts=facts)
        try:
            self._messages.commit([moved, count(due.advertiser, due.id, now, f"message.{state}.{reason}"), *beside])
        except TransactionRefused:
            return False
        return True
