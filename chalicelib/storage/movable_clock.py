"""A stage's time that `relance clock` can move, for tests and rehearsals (docs/adr/0007).

Each question costs a read, which only a stage with TEST_CLOCK pays: everywhere else the system's clock is used.
"""

from __future__ import annotations

from chalicelib.aws.calls import Call
from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table


class MovableClock:
    """The real time and an offset that the whole stage shares."""

    def __init__(self, call: Call, table: str, real: Clock) -> None:
        self._table = Table(call, table, real)
        self._real = real
        self._offset_ms = 0

    def now(self) -> int:
        """UTC epoch milliseconds. Where the offset cannot be read the last one holds: time never fails."""
        try:
            item = self._table.get(keys.CLOCK)
        except StorageUnavailable:
            return self._real.now() + self._offset_ms
        self._offset_ms = item["offset_ms"] if item else 0
        return self._real.now() + self._offset_ms

    def set(self, now: int) -> None:
        """Make it `now`, in epoch milliseconds."""
        self._move(now - self._real.now())

    def reset(self) -> None:
        """Go back to the real time."""
        self._move(0)

    def _move(self, offset_ms: int) -> None:
        self._table.put(Put(keys.CLOCK, {"type": "clock", "v": 1, "offset_ms": offset_ms}))
