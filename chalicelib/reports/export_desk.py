"""Exports that an advertiser asks for: taken here, written in the background a file at a time, fetched by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.clock import DAY, Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound, StorageUnavailable
from chalicelib.ids import new_id
from chalicelib.logs import log
from chalicelib.reports.export_files import written
from chalicelib.reports.export_rows import Row
from chalicelib.reports.exporter import Exporter
from chalicelib.storage.daybook import RETENTION
from chalicelib.storage.export_files import ExportFiles
from chalicelib.storage.exports import Export, Exports, Form, What
from chalicelib.storage.jobs import Job

LONGEST = 366 * DAY
MOST_WAITING = 3
ROWS_A_FILE = 50_000
_OF_THE_DAYBOOK = frozenset({"events", "conversions", "replies"})
_LOOKED_AT = 50
_MOST_TRIES = 5
_ENOUGH_MS = 60_000
"""What reading some more pages and writing a file may take."""


class ExportBusy(Conflict):
    """So many exports of the advertiser are being written already."""

    reason = "exports_waiting"


class ExportDesk:
    """Takes and carries out exports."""

    def __init__(self, exports: Exports, exporter: Exporter, files: ExportFiles, clock: Clock) -> None:
        self._exports = exports
        self._exporter = exporter
        self._files = files
        self._clock = clock

    def ask(self, advertiser: str, table: What, form: Form, since: int, until: int) -> Export:
        """Take an export of the rows from `since` to before `until` (epoch ms). Raises InvalidInput and ExportBusy."""
        now = self._clock.now()
        until = min(until, now)
        if since >= until:
            raise InvalidInput([FieldError("since", "order", "before until, and in the past")])
        if until - since > LONGEST:
            raise InvalidInput([FieldError("until", "range", f"at most {LONGEST // DAY} days after since")])
        if table in _OF_THE_DAYBOOK and since < now - RETENTION:
            days = RETENTION // DAY
            raise InvalidInput([FieldError("since", "too_old", f"{table} are kept for {days} days; S3 has older ones")])
        waiting = [one for one in self._exports.page(advertiser, "", _LOOKED_AT) if not one.ended_at]
        if len(waiting) >= MOST_WAITING:
            raise ExportBusy(f"{MOST_WAITING} exports are being written: wait for one to end")
        export = Export(new_id("exp", now), advertiser, table, form, since, until, now, due_at=now)
        self._exports.save(export, None)
        return export

    def find(self, advertiser: str, export: str) -> Export:
        """One export. Raises NotFound."""
        found = self._exports.get(advertiser, export)
        if found is None:
            raise NotFound("there is no such export")
        return found

    def page(self, advertiser: str, after: str, limit: int) -> tuple[list[Export], str | None]:
        """An advertiser's exports, the newest first, and the id to go on behind."""
        found = self._exports.page(advertiser, after, limit)
        return found, found[-1].id if len(found) == limit else None

    def links(self, export: Export) -> list[str]:
        """Where each of its files is, for an hour; none before all are there."""
        if export.state != "done":
            return []
        files = (export.file(number) for number in range(len(export.files)))
        return [self._files.link(export.advertiser, export.id, file) for file in files]

    def work(self, job: Job, remaining_ms: Callable[[], int]) -> None:
        """Write the next files. Where there is no more time it is due again at once; what was begun is begun anew."""
        export = self._exports.at(job.key)
        if export is None or export.ended_at:
            return
        if export.tries >= _MOST_TRIES:
            self._exports.save(replace(self._moved(export), state="failed", ended_at=self._now(), due_at=None), export)
            log("export_failed", advertiser=export.advertiser, export=export.id)
            return
        # Its lease stands; a piece that ends takes the try back, one that dies does not.
        begun = replace(self._moved(export), state="running", tries=export.tries + 1)
        known = begun if self._exports.save(begun, export) else None
        while known and not known.ended_at:
            if remaining_ms() < _ENOUGH_MS:
                self._exports.save(replace(self._moved(known), due_at=self._now()), known)
                return
            known = self._file(known, remaining_ms)

    def _file(self, export: Export, remaining_ms: Callable[[], int]) -> Export | None:
        """Write one file, and say so; None where somebody else is at it."""
        rows: list[Row] = []
        after: str | None = export.after
        first = True
        while (first or after is not None) and len(rows) < ROWS_A_FILE and remaining_ms() > _ENOUGH_MS // 2:
            page = self._exporter.page(export.table, export.advertiser, export.since, export.until, after or "")
            rows += page.rows
            after, first = page.after, False
        if first:
            raise StorageUnavailable("there was no time for a file")
        files = export.files
        if rows or (after is None and not files):
            body = written(export.table, rows, export.form)
            self._files.put(export.advertiser, export.id, export.file(len(files)), body)
            files = (*files, len(rows))
        following = replace(self._moved(export), files=files, after=after or "", tries=0)
        if after is None:
            following = replace(following, state="done", ended_at=self._now(), due_at=None)
            log("export_done", advertiser=export.advertiser, export=export.id, files=len(files), rows=sum(files))
        return following if self._exports.save(following, export) else None

    def _moved(self, export: Export) -> Export:
        return replace(export, moves=export.moves + 1)

    def _now(self) -> int:
        return self._clock.now()
