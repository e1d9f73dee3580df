"""Each minute: the steps that are due go on the send queue. The cost grows with what is due, not with who is in."""

from __future__ import annotations

from chalicelib.clock import SECOND, Clock
from chalicelib.logs import log
from chalicelib.messaging.tick import LOOK_AHEAD, QUEUE_LEASE
from chalicelib.storage.enrolments import Enrolments
from chalicelib.storage.keys import DUE_SHARDS
from chalicelib.storage.send_queue import SendQueue, StepOrder
from chalicelib.storage.table_identity import TableIdentity

_CHUNK = 100


class DueSteps:
    """The minute's work for journeys."""

    def __init__(self, enrolments: Enrolments, queue: SendQueue, identity: TableIdentity, clock: Clock) -> None:
        self._enrolments = enrolments
        self._queue = queue
        self._identity = identity
        self._clock = clock

    def run(self) -> int:
        """Order every step that falls due before the next tick; returns how many. A lost order is given again."""
        if self._identity.halt():
            return 0
        now, queued = self._clock.now(), 0
        orders: list[StepOrder] = []
        for place in range(DUE_SHARDS):
            for due in self._enrolments.due(place, now + LOOK_AHEAD):
                if self._enrolments.lease(due, max(due.due_at, now) + QUEUE_LEASE):
                    orders.append(StepOrder(due.key, due.version, max(0, due.due_at - now + SECOND - 1) // SECOND))
                    queued += 1
                if len(orders) == _CHUNK:
                    self._queue.put(orders)
                    orders = []
        self._queue.put(orders)
        log("due_steps", queued=queued)
        return queued
