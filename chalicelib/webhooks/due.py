"""Each minute: what is to be told outside and is due goes on the notice queue (docs/adr/0006)."""

from __future__ import annotations

from chalicelib.clock import MINUTE, Clock
from chalicelib.logs import log
from chalicelib.storage.jobs import Jobs
from chalicelib.storage.keys import Key
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.table_identity import TableIdentity

_LEASE = 15 * MINUTE
"""How long an order may take: longer than the queue's own retries."""
_MOST = 2_000
"""Orders in a minute: what a long absence of the queue has left is given over several."""


class DueNotices:
    """The minute's work for notices. A lost order is given again when its lease has ended."""

    def __init__(self, jobs: Jobs, queue: NoticeQueue, identity: TableIdentity, clock: Clock) -> None:
        self._jobs = jobs
        self._queue = queue
        self._identity = identity
        self._clock = clock

    def run(self) -> int:
        """Order what is due; returns how many. A copy of the table tells nobody anything."""
        if self._identity.halt():
            return 0
        now = self._clock.now()
        orders: list[Key] = []
        for job in self._jobs.due(now):
            if len(orders) == _MOST:
                break
            if self._jobs.lease(job, now + _LEASE):
                orders.append(job.key)
        self._queue.put(orders)
        log("due_notices", queued=len(orders))
        return len(orders)
