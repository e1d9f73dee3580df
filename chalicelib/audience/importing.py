"""A run of an import: each row is taken with its proof, or refused with its line and rule.

A run that stopped goes on where it was. The rows before are read again, so that the report is of the whole file, and
not written again; the few that were written after the last checkpoint are taken twice, which changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from chalicelib.audience.import_columns import check_needed, resolve
from chalicelib.audience.import_files import FileForm, Opener, Unreadable, inspect, read
from chalicelib.audience.import_rows import ImportOptions, RowReader, check_options
from chalicelib.audience.intake import BATCH, Arrival, Outcome
from chalicelib.errors import FieldError, InvalidInput, StorageUnavailable
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.imports import Checkpoint

MOST_ERRORS = 10_000
"""So many are kept in a report; all of them are counted, and told to `on_error`."""
_BATCHES_A_CHECKPOINT = 5
_PAGE_BITS = 16
_ROWS_A_QUESTION = 100


@dataclass(frozen=True, slots=True)
class RowError:
    """Something that is wrong with a row that was refused."""

    line: int
    field: str
    rule: str
    message: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file's rows: rows = accepted + merged + refused."""

    rows: int = 0
    accepted: int = 0
    merged: int = 0
    """Rows of a person that an earlier row named."""
    refused: int = 0
    opposed: int = 0
    """Of those accepted, the people who had objected, and stay out. No row is named."""
    errors: list[RowError] = field(default_factory=list)
    errors_left_out: int = 0
    """Errors beyond those in `errors`."""
    columns: dict[str, str] = field(default_factory=dict)
    """Field to column, as it was told, written or guessed."""
    left_out: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    fingerprint: str = ""
    resumed_at: int | None = None
    """Row that the run went on after, where an earlier one had stopped."""
    wording_known: bool | None = None
    """Whether the wording's text is known, so that its hash is recorded; None where none was named or looked up."""


class Taker(Protocol):
    """What takes arrivals (intake.py)."""

    def take_many(self, base: str, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        """What became of each; raises StorageUnavailable."""


class CheckpointStore(Protocol):
    """What remembers how far a run came (storage/imports.py)."""

    def get(self, base: str, run: str) -> Checkpoint | None:
        """The last one."""

    def save(self, base: str, run: str, checkpoint: Checkpoint) -> None:
        """Remember."""

    def delete(self, base: str, run: str) -> None:
        """The run is complete."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where rows go. Without one nothing is written: a dry run."""

    intake: Taker
    checkpoints: CheckpointStore


class Paused(Exception):
    """The run stopped at a checkpoint because it was told to; `report` is of the rows until there."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("paused")
        self.report = report


Progress = Callable[[int, int, int], None]
"""Is told rows and bytes that were read, and the file's bytes."""


def check_base(base: str, advertisers: Advertisers) -> None:
    """InvalidInput for a base that is neither an advertiser's nor the partner base."""
    if base != PARTNER and advertisers.get(base) is None:
        raise InvalidInput([FieldError("base", "exists", "there is no such base: an advertiser's id, or 'partner'")])


def file_opener(path: Path) -> Opener:
    """Opens a file of this machine."""
    return lambda: path.open("rb")


def run(
    open_file: Opener,
    options: ImportOptions,
    now: int,
    destination: Destination | None,
    *,
    progress: Progress | None = None,
    on_error: Callable[[RowError], None] | None = None,
    pause: Callable[[], bool] | None = None,
) -> ImportReport:
    """Import a file. `pause` is asked now and then; where it says yes, the run ends in Paused.

    Raises InvalidInput where the file or the options cannot be used as a whole, and StorageUnavailable where the store
    does not take it now: run it again, and it goes on.
    """
    check_options(options)
    form = inspect(open_file)
    report = _begin(form, options)
    writer = _Writer(destination, options, form.fingerprint, now, report) if destination else None
    reader = RowReader(options, form.fingerprint, writer.started if writer else now)
    seen = _SeenNumbers()
    tell = (lambda position: progress(report.rows, position, form.size)) if progress else None
    try:
        for record in read(open_file, form, tell):
            if pause and report.rows % _ROWS_A_QUESTION == 0 and pause():
                raise Paused(report)
            report.rows += 1
            arrival = [record.error] if isinstance(record, Unreadable) else reader.read(record)
            if isinstance(arrival, list):
                report.refused += 1
                for error in arrival:
                    _note(report, RowError(record.line, error.field, error.rule, error.message), on_error)
                continue
            first = seen.add(arrival.profile.phone)
            report.accepted += first
            report.merged += not first
            if writer:
                writer.take(arrival, first=first)
    except BaseException:
        if writer:
            writer.stop()
        raise
    if writer:
        writer.finish()
    if not report.rows:
        _note(report, RowError(1, "file", "no_rows", "the file has a header and no rows"), on_error)
    return report


class _Writer:
    """Hands arrivals over in batches, and remembers how far it came."""

    def __init__(
        self, destination: Destination, options: ImportOptions, proof: str, now: int, report: ImportReport
    ) -> None:
        self._intake, self._checkpoints = destination.intake, destination.checkpoints
        self._base, self._run, self._report = options.base, _run_of(options, proof), report
        self._batch: list[tuple[Arrival, bool]] = []
        self._batches = 0
        stopped = self._checkpoints.get(self._base, self._run)
        self.started = stopped.started if stopped else now
        self._written = stopped.rows if stopped else 0
        if stopped:
            report.resumed_at, report.opposed = stopped.rows, stopped.opposed

    def take(self, arrival: Arrival, *, first: bool) -> None:
        if self._report.rows <= self._written:
            return  # An earlier run has written it.
        self._batch.append((arrival, first))
        if len(self._batch) == BATCH:
            self._flush()
            self._batches += 1
            if self._batches % _BATCHES_A_CHECKPOINT == 0:
                self._save()

    def finish(self) -> None:
        self._flush()
        self._checkpoints.delete(self._base, self._run)

    def stop(self) -> None:
        if self._batches:
            with suppress(StorageUnavailable):  # Then it goes on from the checkpoint before.
                self._save()

    def _flush(self) -> None:
        if self._batch:
            outcomes = self._intake.take_many(self._base, [arrival for arrival, _ in self._batch])
            for (_, first), outcome in zip(self._batch, outcomes, strict=True):
                self._report.opposed += first and outcome == "opposed"
            self._batch = []
        self._written = self._report.rows

    def _save(self) -> None:
        self._checkpoints.save(self._base, self._run, Checkpoint(self._written, self._report.opposed, self.started))


class _SeenNumbers:
    """Which phones have come up: a bit each, in pages. All the mobiles of France take 25 MB, however many rows."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, e164: str) -> bool:
        """Whether the number is new."""
        page, number = divmod(int(e164[1:]), 1 << _PAGE_BITS)
        bits = self._pages.get(page)
        if bits is None:
            bits = self._pages[page] = bytearray(1 << _PAGE_BITS - 3)
        mask = 1 << (number & 7)
        if bits[number >> 3] & mask:
            return False
        bits[number >> 3] |= mask
        return True


def _begin(form: FileForm, options: ImportOptions) -> ImportReport:
    """A report that says how the file is read. InvalidInput where a CSV file lacks a column."""
    report = ImportReport(delimiter=form.delimiter, encoding=form.encoding, fingerprint=form.fingerprint)
    try:
        columns = resolve(form.header, options.columns, options.skipped)
        if form.kind == "csv":
            check_needed(columns, options.columns, options.stated)
    except InvalidInput:
        if form.kind == "csv":
            raise
        return report  # The objects of NDJSON may differ: each is judged by itself.
    report.columns, report.left_out = columns.told(form.header), columns.left_out
    return report


def _note(report: ImportReport, error: RowError, on_error: Callable[[RowError], None] | None) -> None:
    if len(report.errors) < MOST_ERRORS:
        report.errors.append(error)
    else:
        report.errors_left_out += 1
    if on_error:
        on_error(error)


def _run_of(options: ImportOptions, proof: str) -> str:
    """The same for the same file with the same options."""
    return hashlib.sha256(json.dumps([proof, asdict(options)], sort_keys=True).encode()).hexdigest()[:32]
