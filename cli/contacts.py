"""`relance contacts`: the opt-in base."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import progress
from cli.answers import AsJson, answer, fail, the_stage
from cli.connection import demo_state

if TYPE_CHECKING:
    from chalicelib.audience.importing import ImportReport, Progress, RowError
    from chalicelib.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="The opt-in base.")

_MOST_LINES = 100
"""Errors that are shown to people; all of them are in the report."""


@app.command("import")
def import_contacts(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV with a header, or NDJSON.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    base: Annotated[str, typer.Option(help="An advertiser's id, or 'partner'.")] = "",
    country: Annotated[str, typer.Option(help="Country of national numbers.")] = "FR",
    wording: Annotated[str, typer.Option(help="Version of the text that the people agreed to.")] = "",
    advertisers: Annotated[str, typer.Option(help="Partner base: advertisers named with the consent, by commas.")] = "",
    brokers: Annotated[str, typer.Option(help="Who passed the people on, by commas, the first one first.")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, as often as needed.")] = None,
    skipped: Annotated[list[str] | None, typer.Option("--skip", help="A column that is left out.")] = None,
    stated: Annotated[
        list[str] | None,
        typer.Option("--all", help="FIELD=TEXT that holds for every row: consent_at, source, consent.…"),
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--type", help="FIELD=text|integer|decimal|boolean|date, of a custom field.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone of dates that name none.")] = "UTC",
    day_first: Annotated[bool, typer.Option("--day-first", help="03/04/2026 is the third of April.")] = False,
    landlines: Annotated[bool, typer.Option("--landlines", help="Take landlines too, not only mobiles.")] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write every error to this CSV file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import opted-in contacts: each row with its proof, or refused with its line and rule.

    One that was stopped goes on where it was, when the same command is run again.
    """
    from chalicelib.audience.import_rows import ImportOptions
    from chalicelib.audience.importing import check_base, file_opener, run
    from chalicelib.clock import SystemClock
    from chalicelib.errors import InvalidInput, StorageUnavailable

    base = base or (demo_state() or {}).get("advertiser", "")
    if not base and not dry_run:
        fail("say which base with --base: an advertiser's id, or 'partner'")
    options = ImportOptions(
        base=base,
        country=country.upper(),
        wording=wording or None,
        advertisers=_names(advertisers),
        brokers=_names(brokers),
        columns=_pairs("--map", mapping),
        skipped=tuple(skipped or ()),
        stated=_pairs("--all", stated),
        kinds=_pairs("--type", kinds),  # type: ignore[arg-type]  # check_options does
        zone=zone,
        day_first=day_first,
        landlines=landlines,
    )
    services = None if dry_run else the_stage().services()
    with ExitStack() as stack:
        try:
            if services:
                check_base(base, services.advertisers)
                options = replace(options, wording_hash=services.wordings.hash_of(base, options.wording))
            on_error = stack.enter_context(_error_file(report_file)) if report_file else None
            bar = stack.enter_context(_bar()) if sys.stderr.isatty() and not as_json else None
            report = run(
                file_opener(file),
                options,
                (services.clock if services else SystemClock()).now(),
                services.import_destination if services else None,
                progress=bar,
                on_error=on_error,
            )
        except InvalidInput as error:
            _refuse(error, as_json)
        except OSError as error:
            fail(f"{error.filename or file}: {error.strerror}")
        except StorageUnavailable as error:
            fail(f"the store does not take it now ({error}): run the same command again, and it goes on")
        except KeyboardInterrupt:
            typer.echo("relance: stopped; run the same command again, and it goes on", err=True)
            raise typer.Exit(130) from None
    if services and options.wording:
        report.wording_known = options.wording_hash is not None
    answer(asdict(report), "\n".join(_told(report)), as_json)


def _told(report: ImportReport) -> Iterator[str]:
    if report.columns:
        columns = ", ".join(f"{name} = {column!r}" for name, column in report.columns.items())
        yield f"columns: {columns} ({report.encoding})"
    if report.left_out:
        yield f"left out: {', '.join(map(repr, report.left_out))}"
    if report.resumed_at is not None:
        yield f"an earlier run had written the first {report.resumed_at} rows: went on after them"
    yield f"{report.rows} rows: {report.accepted} accepted, {report.merged} merged, {report.refused} refused"
    if report.opposed:
        yield f"{report.opposed} of the people accepted had objected: they stay out"
    if report.wording_known is False:
        yield "the wording is not registered: its id is recorded without a hash (see `relance wordings add`)"
    for error in report.errors[:_MOST_LINES]:
        yield f"line {error.line}: {error.field}: {error.message} ({error.rule})"
    left = len(report.errors) - _MOST_LINES + report.errors_left_out
    if left > 0:
        yield f"… and {left} more: --report FILE writes all of them"


def _refuse(error: InvalidInput, as_json: bool) -> NoReturn:
    """Say what is wrong with the file or the options; for programs in the report's form, without a row."""
    from chalicelib.audience.importing import ImportReport, RowError

    if as_json:
        errors = [RowError(1, wrong.field, wrong.rule, wrong.message) for wrong in error.errors]
        answer(asdict(ImportReport(errors=errors)), "", as_json)
    fail("; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors))


def _names(given: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in given.split(","))))


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = [entry.partition("=") for entry in given or ()]
    if any(not name or not value for name, _, value in pairs):
        fail(f"{option} takes FIELD=…, such as {'phone=Portable' if option == '--map' else 'points=integer'}")
    return {name.strip(): value for name, _, value in pairs}


@contextmanager
def _error_file(path: Path) -> Iterator[Callable[[RowError], None]]:
    """A CSV file of errors, for a spreadsheet."""
    from chalicelib.audience.spreadsheets import spreadsheet_safe

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "field", "rule", "message"))

        def write(error: RowError) -> None:
            texts = (error.field, error.rule, error.message)
            writer.writerow((error.line, *map(spreadsheet_safe, texts)))

        yield write


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on the terminal: rows a second, and the time that is left by the bytes that are left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    progress.stop()
    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rows=0, rate=0)

        def show(rows: int, position: int, size: int) -> None:
            elapsed = bar.tasks[task].elapsed or 0
            bar.update(task, total=size, completed=position, rows=rows, rate=int(rows / elapsed) if elapsed else 0)

        yield show
