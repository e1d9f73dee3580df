"""`relance reports export` and `query`: rows to files, and questions to exported events, by DuckDB on this machine."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from chalicelib.clock import DAY
from chalicelib.reports.day_export import day_name
from chalicelib.reports.export_files import as_csv, as_ndjson
from chalicelib.reports.export_rows import COLUMNS, Row
from chalicelib.storage.export_files import EVENTS

if TYPE_CHECKING:
    from chalicelib.storage.exports import What

QUERIES = Path(__file__).resolve().parents[1] / "examples" / "queries"
_AT_ONCE = 5_000


class WrongQuery(Exception):
    """There is no such query, or nothing to ask it of; the text says which."""


def write(table: What, rows: Iterable[Row], form: str, to: Path) -> int:
    """Write rows as CSV, lines of JSON or Parquet; how many there were.

    Text is compressed where the name ends in .gz.
    """
    if form != "parquet":
        with _opened(to) as file:
            return _copied(table, rows, form, file)
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "rows.ndjson"
        with _opened(lines) as file:
            number = _copied(table, rows, "ndjson", file)
        _read(duckdb.connect(), table, str(lines)).write_parquet(str(to))
    return number


def queries() -> dict[str, str]:
    """What can be asked: name to the first line of its text, which says what it answers."""
    return {
        path.stem: path.read_text().partition("\n")[0].removeprefix("-- ") for path in sorted(QUERIES.glob("*.sql"))
    }


def ask(name: str, folder: Path, advertiser: str, since: int, until: int) -> list[dict[str, Any]]:
    """What a query answers over the events in a folder, for the hours from `since` to before `until` (epoch ms).

    The folder is laid out as in S3: `advertiser=…/day=…/*.ndjson.gz`. Raises WrongQuery.
    """
    import duckdb

    file = QUERIES / f"{name}.sql"
    if name not in queries():
        raise WrongQuery(f"there is no query {name}: {', '.join(queries())}")
    if not any(folder.glob("advertiser=*/day=*/*.ndjson.gz")):
        raise WrongQuery(f"no events in {folder}: the export of a day is written an hour after it is over")
    engine = duckdb.connect()
    files = str(folder / "*" / "*" / "*.ndjson.gz")
    _read(engine, "events", files, hive_partitioning=True, hive_types_autocast=False).create_view("events")
    found = engine.execute(file.read_text(), [advertiser, day_name(since), since, until])
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@contextmanager
def fetched(s3: Any, bucket: str, prefix: str, advertiser: str, since: int) -> Iterator[Path]:
    """A folder with an advertiser's exported events from a day on, as long as it is used."""
    with tempfile.TemporaryDirectory() as folder:
        root = f"{prefix}advertiser={advertiser}/"
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=root, StartAfter=f"{root}day={day_name(since - DAY)}/~"
        )
        for page in pages:
            for found in page.get("Contents", []):
                to = Path(folder) / found["Key"].removeprefix(prefix)
                to.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(bucket, found["Key"], str(to))
        yield Path(folder)


def place(location: str, bucket: str) -> tuple[str, str]:
    """Bucket and prefix of an address in S3; the stage's own where none is told."""
    if not location:
        return bucket, f"{EVENTS}/"
    named, _, prefix = location.removeprefix("s3://").partition("/")
    return named, f"{prefix.rstrip('/')}/" if prefix else ""


def _copied(table: What, rows: Iterable[Row], form: str, file: IO[str]) -> int:
    left, number, as_text = iter(rows), 0, as_csv if form == "csv" else as_ndjson
    while (some := list(islice(left, _AT_ONCE))) or number == 0:
        text = as_text(table, some)
        if number and form == "csv":
            text = text.partition("\r\n")[2]  # One head is enough.
        file.write(text)
        number += len(some)
        if not some:
            break
    return number


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
            yield file
    else:
        with path.open("w", encoding="utf-8", newline="") as plain:
            yield plain


def _read(engine: Any, table: What, path: str, **more: Any) -> Any:
    """A relation over files of lines of JSON."""
    types = {name: "VARCHAR" if kind == "string" else "BIGINT" for name, kind in COLUMNS[table].items()}
    return engine.read_json(path, columns=types, format="newline_delimited", **more)
