"""The import of an uploaded file: announced, started, and read by workers that hand it on before their time is over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from chalicelib.audience.import_rows import ImportOptions, check_options
from chalicelib.audience.importing import Destination, ImportReport, Paused, file_opener, run
from chalicelib.clock import Clock
from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.storage.import_files import URL_LIVES_S, ImportFiles, ImportQueue
from chalicelib.storage.import_uploads import Upload, Uploads

_MARGIN_MS = 60_000
"""What a worker keeps of its time, to write its checkpoint and hand on."""
_MOST_ERRORS = 1_000
"""In a report: it is one item of the table."""
Outcome = Literal["done", "failed", "handed_on", "busy", "over"]


class ImportDesk:
    """Takes uploads and reads them."""

    def __init__(
        self, uploads: Uploads, files: ImportFiles, queue: ImportQueue, destination: Destination, clock: Clock
    ) -> None:
        self._uploads, self._files, self._queue = uploads, files, queue
        self._destination, self._clock = destination, clock

    def announce(self, options: ImportOptions, size: int, *, dry_run: bool) -> dict[str, Any]:
        """A new upload's id and where to PUT its file of `size` bytes. InvalidInput where an option cannot hold."""
        check_options(options)
        now = self._clock.now()
        upload = Upload(new_id("imp", now), options.base, "awaiting_file", now, asdict(options), dry_run)
        self._uploads.create(upload)
        url = self._files.address(upload.base, upload.id, size)
        put = {"method": "PUT", "url": url, "headers": {"Content-Length": str(size)}, "expires_in_s": URL_LIVES_S}
        return {"import": upload.id, "upload": put}

    def find(self, base: str, upload_id: str) -> Upload:
        """An upload of a base; NotFound."""
        upload = self._uploads.get(base, upload_id)
        if upload is None:
            raise NotFound("there is no such import")
        return upload

    def start(self, base: str, upload_id: str) -> Upload:
        """Have the file read. Said again it changes nothing, and wakes an import that was lost."""
        upload = self.find(base, upload_id)
        if upload.state in ("done", "failed"):
            return upload
        if not self._files.is_there(base, upload_id):
            raise InvalidInput([FieldError("file", "missing", "upload the file first, then start its import")])
        self._uploads.start(upload)
        self._hand_on(upload)
        return self.find(base, upload_id)

    def read(self, base: str, upload_id: str, remaining_ms: Callable[[], int]) -> Outcome:
        """Read a file until it ends or the caller's time does, then hand it on.

        `busy` where another reads it: come back. Raises StorageUnavailable: come back too, it goes on where it was.
        """
        upload = self._uploads.get(base, upload_id)
        if upload is None or upload.state in ("done", "failed"):
            self._files.delete(base, upload_id)
            return "over"
        now = self._clock.now()
        held = now + remaining_ms()
        if not self._uploads.lease(upload, now, held):
            return "busy"
        try:
            outcome = self._read(upload, held, lambda: remaining_ms() < _MARGIN_MS)
        except BaseException:
            self._uploads.settle(upload, held, "running", upload.report)
            raise
        if outcome == "handed_on":
            self._hand_on(upload)
        elif outcome != "busy":
            self._files.delete(base, upload_id)
        return outcome

    def _read(self, upload: Upload, held: int, pause: Callable[[], bool]) -> Outcome:
        options, destination = _options(upload.options), None if upload.dry_run else self._destination
        try:
            with TemporaryDirectory() as directory:
                path = Path(directory) / "file"
                self._files.fetch(upload.base, upload.id, path)
                report = run(file_opener(path), options, self._clock.now(), destination, pause=pause)
        except InvalidInput as error:
            return self._fail(upload, held, error.errors, upload.report)
        except FileNotFoundError:
            gone = FieldError("file", "missing", "the file is no longer there: announce and upload it again")
            return self._fail(upload, held, [gone], upload.report)
        except Paused as paused:
            told = _told(paused.report)
            if upload.dry_run or told["rows"] <= upload.report.get("rows", 0):
                # It would stop there each time.
                endless = FieldError("file", "too_long", "it cannot be read in one go: cut it into smaller files")
                return self._fail(upload, held, [endless], told)
            return "handed_on" if self._uploads.settle(upload, held, "running", told) else "busy"
        return "done" if self._uploads.settle(upload, held, "done", _told(report)) else "busy"

    def _fail(self, upload: Upload, held: int, errors: list[FieldError], report: Mapping[str, Any]) -> Outcome:
        problems = tuple(asdict(error) for error in errors)
        return "failed" if self._uploads.settle(upload, held, "failed", report, problems) else "busy"

    def _hand_on(self, upload: Upload) -> None:
        self._queue.put(json.dumps({"base": upload.base, "upload": upload.id}))


def _options(kept: Mapping[str, Any]) -> ImportOptions:
    return ImportOptions(**(dict(kept) | {name: tuple(kept[name]) for name in ("advertisers", "skipped")}))


def _told(report: ImportReport) -> dict[str, Any]:
    told = asdict(report)
    told["errors_left_out"] += max(0, len(report.errors) - _MOST_ERRORS)
    told["errors"] = told["errors"][:_MOST_ERRORS]
    return told
