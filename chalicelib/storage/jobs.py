"""Long work that is done in pieces: each stands in the index `due` under the time when its next piece is to be done.

Who does a piece leases it first by moving that time, so that two workers do not do the same one; one that dies is
found again when its lease has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Table, Update


class Job(NamedTuple):
    """A piece of work whose time has come."""

    key: keys.Key
    due_at: int


class Jobs:
    """A partition of the index: that of long work, unless told."""

    def __init__(self, table: Table, partition: str = keys.JOBS) -> None:
        self._table = table
        self._partition = partition

    def due(self, until: int) -> Iterator[Job]:
        """Jobs that are due by `until`, the longest overdue first."""
        for item in self._table.query_index(keys.DUE_INDEX, "due_shard", self._partition, "due_at", until):
            yield Job((item["pk"], item["sk"]), item["due_at"])

    def lease(self, job: Job, until: int) -> bool:
        """Whether the caller alone may do the piece, until then."""
        try:
            self._table.update(
                Update(job.key, "SET #due_at = :until", {"until": until, "due": job.due_at}, "#due_at = :due")
            )
        except ConditionFailed:
            return False
        return True
