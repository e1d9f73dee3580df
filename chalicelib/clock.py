"""Time, passed in: the only module that asks the system for it. UTC epoch milliseconds everywhere."""

from __future__ import annotations

import time
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> int:
        """UTC epoch milliseconds."""


class SystemClock:
    """The machine's time."""

    def now(self) -> int:
        """UTC epoch milliseconds."""
        return time.time_ns() // 1_000_000


class StoppedClock:
    """A clock that stands still until it is moved: for tests and rehearsals."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        """UTC epoch milliseconds."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move the time on."""
        self._now += milliseconds
