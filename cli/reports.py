"""`relance reports`: whether the counts are true, and everything that was counted as files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from chalicelib.reports.periods import Period, clock_of
from cli.answers import AsJson, answer, fail, the_stage
from cli.passes import SEGMENTS, each_segment

if TYPE_CHECKING:
    from chalicelib.reports.recount import Recount, Recounted
    from chalicelib.reports.verify import Line
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="What was counted: whether it is true, and as files.")
Advertiser = Annotated[str, typer.Argument(help="An advertiser's id.")]
Since = Annotated[str, typer.Option(help="A day of the advertiser's zone, such as 2026-03-02; 30 days ago without it.")]
Until = Annotated[str, typer.Option(help="The last day, it included; today without it.")]
_PAUSE_S = 2
_ZONE = "Europe/Paris"
_FORMS = ("csv", "ndjson", "parquet")
T = TypeVar("T")


@app.command()
def verify(
    advertiser: Advertiser,
    since: Since = "",
    until: Until = "",
    whole: Annotated[bool, typer.Option("--all", help="Tell every count, not only the stages' sums.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recount what was counted from the records; the exit status is 1 where something differs."""
    services = the_stage().services()
    first, end = span(since, until, zone_of(services, advertiser), services.clock.now())
    found = recount(services).run(advertiser, first, end, lambda: time.sleep(_PAUSE_S))
    answer(_told(found, advertiser, first, end), _text(found, whole=whole), as_json)
    if not found.verdict.agrees:
        raise typer.Exit(1)


@app.command()
def export(
    advertiser: Advertiser,
    to: Annotated[Path, typer.Option(help="The file; .gz at its end compresses CSV and NDJSON.")],
    what: Annotated[str, typer.Option(help="events, messages, clicks, conversions or replies.")] = "messages",
    since: Since = "",
    until: Until = "",
    form: Annotated[str, typer.Option("--format", help="csv, ndjson or parquet.")] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write an advertiser's rows of some days to a file: pseudonymous, without phones, names and texts."""
    from chalicelib.reports.export_rows import TABLES
    from cli.report_files import write

    if what not in TABLES or form not in _FORMS:
        fail(
            f"--what is one of {', '.join(TABLES)}" if what not in TABLES else f"--format is one of {', '.join(_FORMS)}"
        )
    services = the_stage().services()
    table = next(one for one in TABLES if one == what)
    begin, end = span(since, until, zone_of(services, advertiser), services.clock.now())
    try:
        rows = write(table, services.exporter.rows(table, advertiser, begin, end), form, to)
    except OSError as error:
        fail(f"{to}: {type(error).__name__}")
    answer({"what": what, "rows": rows, "to": str(to)}, f"{rows} {what} in {to}", as_json)


@app.command()
def query(
    name: Annotated[str, typer.Argument(help="Which one; without it, all are told.")] = "",
    advertiser: Annotated[str, typer.Option(help="An advertiser's id.")] = "",
    source: Annotated[
        str, typer.Option("--from", help="A folder, or s3://bucket/prefix; the stage's without it.")
    ] = "",
    since: Since = "",
    until: Until = "",
    zone: Annotated[str, typer.Option(help="Whose days, of a folder; the stage knows its advertisers'.")] = _ZONE,
    as_json: AsJson = False,
) -> None:
    """Ask the exported events one of the questions of examples/queries, by DuckDB; Athena takes the same ones."""
    from cli.report_files import WrongQuery, ask, fetched, place, queries

    if not name:
        known = queries()
        answer({"queries": known}, "\n".join(f"{one:12}{about}" for one, about in known.items()), as_json)
        return
    if not advertiser:
        fail("--advertiser is missing")
    local = Path(source) if source and not source.startswith("s3://") else None
    try:
        if local:
            begin, end = span(since, until, zone, int(time.time() * 1000))
            rows = ask(name, local, advertiser, begin, end)
        else:
            stage = the_stage()
            services = stage.services()
            begin, end = span(since, until, zone_of(services, advertiser), services.clock.now())
            bucket, prefix = place(source, stage.settings.export_files)
            with fetched(stage.client("s3"), bucket, prefix, advertiser, begin) as folder:
                rows = ask(name, folder, advertiser, begin, end)
    except WrongQuery as error:
        fail(str(error))
    answer({"query": name, "rows": rows}, _table(rows), as_json)


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing was counted."
    cells = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def recount(services: Services) -> Recount:
    """What recounts on a stage, the table scanned in parts side by side."""
    from chalicelib.reports.recount import Recount

    return Recount(
        services.counters,
        services.daybook,
        services.lists,
        services.conversion_log,
        services.vault,
        services.clock,
        _each_part,
    )


def zone_of(services: Services, advertiser: str) -> str:
    """By whose clock an advertiser's days are, as on its results page."""
    found = services.advertisers.get(advertiser)
    if found is None:
        fail(f"there is no advertiser {advertiser}")
    return found.zone


def span(since: str, until: str, zone: str, now: int) -> tuple[int, int]:
    """The days that are asked for, as epoch ms: from the first one's beginning to the last one's end."""
    try:
        today = clock_of(now, zone).date()
    except (KeyError, ValueError):
        fail(f"--zone: {zone} is no time zone, such as {_ZONE}")
    try:
        last = date.fromisoformat(until) if until else today
        first = date.fromisoformat(since) if since else min(last, today) - timedelta(days=30)
    except ValueError:
        fail("a day is written as 2026-03-02")
    if first > last:
        fail("--since is behind --until")
    period = Period(first, last, zone)
    return period.since, period.end


def _each_part(part: Callable[[int, int], T]) -> Iterable[T]:
    return each_segment(partial(_of_all, part))


def _of_all(part: Callable[[int, int], T], segment: int) -> T:
    return part(segment, SEGMENTS)


def _told(found: Recounted, advertiser: str, since: int, until: int) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "advertiser": advertiser,
        "since": since,
        "until": until,
        "agrees": verdict.agrees,
        "stages": _stages(verdict.lines),
        "counts": [asdict(line) for line in verdict.lines],
        "differences": [asdict(difference) for difference in verdict.differences],
        "moving": len(verdict.moving),
        "noted_from": found.noted_from,
        "erased_purchases": found.erased_purchases,
    }


def _stages(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The sums of each stage, of its totals: breakdowns say the same once more, and differ by themselves."""
    stages: dict[str, dict[str, Any]] = {}
    for line in lines:
        stage = stages.setdefault(line.stage, {"stage": line.stage} | dict.fromkeys(_FIGURES, 0))
        if not line.name.startswith("["):
            for name in ("counted", "noted", "recounted"):
                stage[name] += getattr(line, name) or 0
        stage["counts"] += 1
        stage["difference"] += line.difference
    return list(stages.values())


_FIGURES = ("counts", "counted", "noted", "recounted", "difference")


def _text(found: Recounted, *, whole: bool) -> str:
    verdict = found.verdict
    rows = [f"{'':24}{'counted':>12}{'daybook':>12}{'records':>12}{'difference':>12}"]
    for stage in _stages(verdict.lines):
        rows.append(_row(stage["stage"], stage["counted"], stage["noted"], stage["recounted"], stage["difference"]))
        for line in verdict.lines if whole else ():
            if line.stage == stage["stage"]:
                rows.append(_row(f"  {line.name}", line.counted, line.noted, line.recounted, line.difference))
    for one in verdict.differences:
        hour = datetime.fromtimestamp(one.hour / 1000, UTC).strftime("%Y-%m-%d %H:00")
        rows.append(f"{hour} {one.scope} {one.name}: counted {one.counted}, {_sources(one.noted, one.recounted)}")
    rows.append(
        "The records agree with what was counted." if verdict.agrees else f"{len(verdict.differences)} counts differ."
    )
    if verdict.moving:
        rows.append(f"{len(verdict.moving)} counts were moving all the time: ask again.")
    if found.erased_purchases:
        rows.append(f"{found.erased_purchases} purchases of erased people are known to the daybook alone.")
    start = datetime.fromtimestamp(found.noted_from / 1000, UTC).date()
    rows.append(
        f"The daybook reaches back to {start}; visits, journeys, replies and oppositions are recounted from it."
    )
    return "\n".join(rows)


def _row(name: str, counted: int, noted: int | None, recounted: int | None, difference: int) -> str:
    figures = (f"{'–' if number is None else number:>12}" for number in (counted, noted, recounted, difference))
    return f"{name:24}{''.join(figures)}"


def _sources(noted: int | None, recounted: int | None) -> str:
    told = (("in the daybook", noted), ("in the records", recounted))
    return ", ".join(f"{number} {where}" for where, number in told if number is not None)
