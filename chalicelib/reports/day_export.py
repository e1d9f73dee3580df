"""The daily export: once a day is over, its lines of the daybook become files in S3, partitioned by owner and day.

A day's lines change no more once it is over, and are read in their order: whoever does a piece again, because a worker
died or two were at it, writes the same file again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby

from chalicelib.clock import DAY, HOUR, SECOND, Clock
from chalicelib.logs import log
from chalicelib.reports.export_files import written
from chalicelib.reports.export_rows import events
from chalicelib.storage import keys
from chalicelib.storage.daybook import RETENTION, Daybook
from chalicelib.storage.export_files import ExportFiles
from chalicelib.storage.exported_days import ExportedDays, Progress

AT_ONCE = 2_000
"""Lines for a piece."""
_CLOSED_AFTER = HOUR
"""How long after its end a day may still be written to: no function lives as long."""
_ENOUGH_MS = 30_000


class DayExport:
    """Goes on where the last run ended, a piece at a time, while there is time."""

    def __init__(self, daybook: Daybook, files: ExportFiles, days: ExportedDays, clock: Clock) -> None:
        self._daybook = daybook
        self._files = files
        self._days = days
        self._clock = clock

    def run(self, remaining_ms: Callable[[], int]) -> int:
        """Export what is over and not exported; how many files were written. Raises StorageUnavailable."""
        count, now = 0, self._clock.now()
        known = self._days.get()
        at: Progress | None = known or Progress(day=now - now % DAY - DAY)
        while at and remaining_ms() > _ENOUGH_MS and at.day + DAY + _CLOSED_AFTER <= self._clock.now():
            files, following = self._piece(at)
            count += files
            if following.day != at.day:
                log("day_exported", day=day_name(at.day))
            known = at = self._days.move(following, known)
        return count

    def _piece(self, at: Progress) -> tuple[int, Progress]:
        """Write the next lines, a file for each whose they are; where to go on."""
        lines = self._daybook.page(at.day, at.shard, at.after, AT_ONCE)
        count = 0
        for owner, its in groupby(lines, key=lambda line: line.owner):
            name = f"{at.shard:02d}-{at.piece:05d}"
            self._files.put_events(owner, day_name(at.day), name, written("events", events(its), "ndjson"))
            count += 1
        if len(lines) == AT_ONCE:
            return count, replace(at, after=lines[-1].place, piece=at.piece + 1)
        if at.shard + 1 < keys.DAYBOOK_SHARDS:
            return count, replace(at, shard=at.shard + 1, after="", piece=0)
        oldest = self._clock.now() - RETENTION
        return count, Progress(max(at.day + DAY, oldest - oldest % DAY))


def day_name(day: int) -> str:
    """A day (UTC) as partitions are called by it: `2026-03-02`."""
    return datetime.fromtimestamp(day / SECOND, UTC).strftime("%Y-%m-%d")
