"""`relance segments`: rosters, and the segments of bases that are too large to follow by events (docs/segments.md)."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.audience.segment_lists import Named
    from chalicelib.audience.segments import Rules
    from chalicelib.storage.messages import MessageClass
    from chalicelib.storage.segments import Segment
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Segments of a base, and the export for large ones.")
Advertiser = Annotated[str, typer.Argument(help="An advertiser's id.")]
SegmentId = Annotated[str, typer.Argument(help="A segment's id.")]
Parts = Annotated[int, typer.Option(help="In how many parts the table is scanned.", min=1, max=1_000)]
Target = Annotated[str, typer.Option("--to", help="A folder, or s3://bucket/prefix.")]
_NAMED = ("phone", "email", "customer_id", "person")
_COLUMNS = "person varchar, fact varchar, text varchar, number double, flag boolean"


@app.command("list")
def list_segments(advertiser: Advertiser, as_json: AsJson = False) -> None:
    """Say which segments an advertiser has, and how many are in them."""
    services = the_stage().services()
    found = [(one, services.members.size(one.id)) for one in services.segment_desk.all_of(advertiser)]
    told = [{"segment": one.id, "name": one.name, "state": one.state, "members": size} for one, size in found]
    lines = [f"{one.id} {one.name}: {size}, {one.state}" for one, size in found]
    answer({"segments": told}, "\n".join(lines) or "There is none.", as_json)


@app.command()
def people(
    advertiser: Advertiser,
    segment: SegmentId,
    file: Annotated[Path, typer.Argument(help="CSV with one of the columns phone, email, customer_id, person.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them out.")] = False,
    country: Annotated[str, typer.Option(help="Of numbers in national writing.")] = "FR",
    as_json: AsJson = False,
) -> None:
    """Put a file's people into a segment that is filled by hand. Wrong rows are told by line, the others go on."""
    from chalicelib.errors import InvalidInput, NotFound

    lists = the_stage().services().segment_lists
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            read = list(csv.DictReader(lines))
        rows = [_row(row, country) for row in read]
        told = (lists.take_out if remove else lists.add)(advertiser, segment, rows)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {type(error).__name__}")
    except NotFound:
        fail(f"there is no segment {segment}")
    except InvalidInput as error:
        fail("; ".join(wrong.message for wrong in error.errors))
    wrong = [
        {"line": one.row + 2, "field": one.error.field, "rule": one.error.rule, "message": one.error.message}
        for one in told.errors
    ]
    text = [f"line {one['line']}: {one['field']}: {one['message']}" for one in wrong]
    text.append(f"{told.changed} of {told.rows} {'taken out' if remove else 'put in'}")
    answer({"rows": told.rows, "changed": told.changed, "errors": wrong}, "\n".join(text), as_json)


@app.command()
def size(
    advertiser: Advertiser,
    segment: SegmentId,
    at: Annotated[str, typer.Option(help="ISO 8601; now without it.")] = "",
    message_class: Annotated[str, typer.Option("--class", help="marketing or notification.")] = "marketing",
    template: Annotated[str, typer.Option(help="A template whose text shall be tried.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say how many could be written to at a moment, and why the others could not: everybody is looked at."""
    services = the_stage().services()
    owner = services.advertisers.get(advertiser)
    if owner is None or message_class not in ("marketing", "notification"):
        fail(f"there is no advertiser {advertiser}" if owner is None else "--class is marketing or notification")
    try:
        moment = datetime.fromisoformat(at) if at else None
    except ValueError:
        fail("--at is ISO 8601, such as 2026-03-02T14:00:00+01:00")
    asked = services.clock.now() if moment is None else int(moment.astimezone(UTC).timestamp() * 1000)
    kind = cast("MessageClass", message_class)
    told = services.rehearser.reach(owner, segment, kind, asked, template=template or None, most=None)
    answer({"segment": segment, "at": asked, **told}, in_words(told), as_json)


def in_words(told: Mapping[str, Any]) -> str:
    """A rehearsal's figures, a line for each reason."""
    lines = [f"{told['sends']['people']} of {told['audience']} would get it"]
    lines += [f"  {one['people']} of them later: {reason}" for reason, one in told["later"].items()]
    lines += [
        f"  {one['people']} not: {reason}" + (f" ({one['win_back']})" if one["win_back"] else "")
        for reason, one in told["unreached"].items()
    ]
    if told["price"]:
        lines.append(f"{told['parts']['total']} SMS, {told['price']['micro'] / 1e6:.2f} {told['price']['currency']}")
    return "\n".join(lines)


@app.command()
def build(advertiser: Advertiser, segment: SegmentId, as_json: AsJson = False) -> None:
    """Have the base gone through again for a segment, in the background, without waiting for the day to end."""
    services = the_stage().services()
    changed = services.segment_desk.rebuild(advertiser, _with_rules(services, advertiser, segment).id)
    answer({"segment": segment, "state": changed.state}, changed.state, as_json)


@app.command()
def roster(advertiser: Advertiser, parts: Parts = 8, as_json: AsJson = False) -> None:
    """Write the roster of a base that was there before rosters were, by a scan of the table."""
    services, listed = the_stage().services(), 0
    for part in range(parts):
        people: list[tuple[str, str]] = []
        for person in services.rosters.scanned(advertiser, part, parts):
            people.append((advertiser, person))
            if len(people) == 100:
                services.rosters.add(people)
                listed, people = listed + len(people), []
        services.rosters.add(people)
        listed += len(people)
    answer({"listed": listed}, f"{listed} contacts are on the roster", as_json)


@app.command()
def export(advertiser: Advertiser, to: Target, parts: Parts = 8, as_json: AsJson = False) -> None:
    """Write what rules can ask of each contact, pseudonymous, as NDJSON: a file per part of the table."""
    from chalicelib.audience.segments import FACTS

    stage = the_stage()
    if to.startswith("s3://"):
        bucket, _, prefix = to.removeprefix("s3://").partition("/")
        with tempfile.TemporaryDirectory() as folder:
            rows = _export(stage.services(), advertiser, frozenset(FACTS), Path(folder), parts)
            for file in sorted(Path(folder).iterdir()):
                stage.client("s3").upload_file(str(file), bucket, f"{prefix.rstrip('/')}/{file.name}")
    else:
        rows = _export(stage.services(), advertiser, frozenset(FACTS), Path(to), parts)
    answer({"rows": rows, "to": to}, f"{rows} facts in {to}", as_json)


@app.command()
def sql(
    advertiser: Advertiser,
    segment: SegmentId,
    location: Annotated[str, typer.Option(help="Where an export lies in S3: says how Athena reads it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say the query that finds a segment's members in an export, for DuckDB and for Athena alike."""
    from chalicelib.audience.segment_sql import TABLE, query
    from chalicelib.audience.segments import rules_of

    said = query(rules_of(_with_rules(the_stage().services(), advertiser, segment).rules))
    table = (
        f"CREATE EXTERNAL TABLE {TABLE} ({_COLUMNS.replace('varchar', 'string')})\n"
        f"ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{location}'"
    )
    told = {"query": said} | ({"table": table} if location else {})
    answer(told, f"{table};\n{said}" if location else said, as_json)


@app.command()
def load(
    advertiser: Advertiser,
    segment: SegmentId,
    file: Annotated[Path, typer.Argument(help="What the query answered: CSV with the column person.")],
    as_json: AsJson = False,
) -> None:
    """Make exactly the people of a query's answer the segment's members."""
    services = the_stage().services()
    found = _with_rules(services, advertiser, segment)
    try:
        people = list(_people(file))
    except (OSError, KeyError, UnicodeDecodeError):
        fail(f"{file} is not a CSV file with the column 'person'")
    _load(services, found, people, as_json)


@app.command()
def compute(advertiser: Advertiser, segment: SegmentId, parts: Parts = 8, as_json: AsJson = False) -> None:
    """Export, query with DuckDB on this machine, and load: a large base's segment in one go."""
    from chalicelib.audience.segments import rules_of

    services = the_stage().services()
    found = _with_rules(services, advertiser, segment)
    rules = rules_of(found.rules)
    with tempfile.TemporaryDirectory() as folder:
        _export(services, advertiser, rules.groups | {"contact"}, Path(folder), parts)
        people = _query(rules, Path(folder))
    _load(services, found, people, as_json)


def _row(row: Mapping[str, str | None], country: str) -> Named:
    from chalicelib.audience.segment_lists import Named

    phone, email, customer, person = ((row.get(name) or "").strip() or None for name in _NAMED)
    return Named(phone, country, person, email, customer)


def _query(rules: Rules, folder: Path) -> list[str]:
    import duckdb

    from chalicelib.audience.segment_sql import query

    columns = ", ".join(f"{name}: '{kind}'" for name, kind in (pair.split() for pair in _COLUMNS.split(", ")))
    source = f"read_ndjson('{folder}/*.ndjson', columns = {{{columns}}})"
    with duckdb.connect() as database:
        return [person for (person,) in database.execute(query(rules, source)).fetchall()]


def _export(services: Services, base: str, groups: frozenset[str], folder: Path, parts: int) -> int:
    from chalicelib.audience.segment_export import facts_by_row

    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    for part in range(parts):
        with (folder / f"facts-{part:04d}.ndjson").open("w", encoding="utf-8") as file:
            for row in facts_by_row(services.rosters, services.fact_reader, base, groups, part, parts):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                rows += 1
    return rows


def _people(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["person"]


def _with_rules(services: Services, advertiser: str, segment: str) -> Segment:
    from chalicelib.errors import NotFound

    try:
        found = services.segment_desk.find(advertiser, segment)
    except NotFound:
        fail(f"there is no segment {segment}")
    if found.kind == "manual":
        fail(f"{segment} is filled by hand")
    return found


def _load(services: Services, segment: Segment, people: list[str], as_json: bool) -> None:
    from chalicelib.audience.segment_export import load as make_members

    came, went = make_members(services.members, segment, people)
    services.segment_desk.loaded(segment)
    told = {"segment": segment.id, "members": len(set(people)), "came": came, "went": went}
    answer(told, f"{len(set(people))} members: {came} came, {went} went", as_json)
