"""Exports: rows that name nobody, files that come once, and numbers that are those of the counters."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.errors import InvalidInput, StorageUnavailable
from chalicelib.reports import day_export, export_desk, exporter
from chalicelib.reports.export_rows import COLUMNS, TABLES
from chalicelib.storage import cohorts
from chalicelib.storage.daybook import RETENTION
from chalicelib.storage.exports import Export
from chalicelib.workers.background import on_minute
from cli.report_files import ask, fetched, queries, write
from cli.reports import span
from tests.support.shop import CAMILLE, INES, MALIK, Shop, open_shop
from tests.support.template import resources
from tests.support.world import EXPORT_FILES, NOON, World, aws, create_export_bucket

MIDNIGHT = NOON - NOON % DAY


def plenty() -> int:
    return 900_000


def stored(prefix: str) -> dict[str, bytes]:
    s3 = aws("s3")
    found = s3.list_objects_v2(Bucket=EXPORT_FILES, Prefix=prefix).get("Contents", [])
    return {one["Key"]: s3.get_object(Bucket=EXPORT_FILES, Key=one["Key"])["Body"].read() for one in found}


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(body).decode())))


def exported(shop: Shop, table: Any, since: int = MIDNIGHT, until: int = MIDNIGHT + DAY) -> list[dict[str, Any]]:
    return list(shop.world.services.exporter.rows(table, shop.advertiser.id, since, until))


def test_days_of_the_command_line_are_those_of_the_results() -> None:
    since, until = span("2026-03-28", "2026-03-29", "Europe/Paris", NOON)
    assert (since, until - since) == (1_774_652_400_000, 47 * HOUR), (
        "from midnight in Paris, over the night of 23 hours"
    )
    assert span("", "", "Pacific/Auckland", NOON)[1] == NOON + HOUR, "it is eleven at night there"
    for told in (("2026-13-01", "", "Europe/Paris"), ("2026-03-02", "2026-03-01", "Europe/Paris"), ("", "", "Paris")):
        with pytest.raises(typer.Exit):
            span(*told, NOON)


def test_rows_name_nobody_and_add_up(world: World, played: Shop) -> None:
    told = {table: exported(played, table) for table in TABLES}
    for table, rows in told.items():
        assert rows and all(row.keys() == COLUMNS[table].keys() for row in rows), table
    text = json.dumps(told)
    people = [world.services.vault.person(phone) for phone in (CAMILLE, MALIK, INES)]
    for secret in (
        *people,
        *(phone[-9:] for phone in (CAMILLE, MALIK, INES)),
        "order-1",
        *(link.code for link in world.links()),
    ):
        assert secret not in text, "neither a phone, nor a person, nor an order, nor what opens somebody's page"
    contacts = [row["contact"] for row in told["messages"] if row["state"] != "refused"]
    assert sorted(map(bool, contacts)) == [False, True, True, True], "the erased one leads to nobody; Ines was answered"
    assert {row["class"] for row in told["clicks"]} == {"person"} and len(told["clicks"]) == 3
    (sale, erased) = sorted(told["conversions"], key=lambda row: -row["refunded_micro"])
    assert (sale["state"], sale["confirmed_micro"], sale["refunded_micro"]) == ("confirmed", 30_000_000, 20_000_000)
    assert (sale["journey"], sale["currency"]) == ("cart", "EUR") and sale["message"] in {
        row["message"] for row in told["messages"]
    }
    assert erased["conversion"] != sale["conversion"] and erased["confirmed_micro"] == 50_000_000
    assert [(row["intent"], row["stop"]) for row in told["replies"]] == [("stop", "certain")]
    assert len({row["id"] for row in told["events"]}) == len(told["events"])


def test_the_days_events_are_exported_once_and_answer_as_the_counters_do(
    world: World,
    played: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_export_bucket()
    monkeypatch.setattr(day_export, "AT_ONCE", 3)
    services, owner = world.services, played.advertiser.id
    services.day_export.run(plenty)
    assert not stored(f"events/advertiser={owner}/"), "the day goes on"
    world.clock.advance(MIDNIGHT + DAY + HOUR - world.clock.now())
    calls = iter([900_000] * 10)
    services.day_export.run(lambda: next(calls, 0))
    before = stored("events/")
    services.day_export.run(plenty)
    files = stored(f"events/advertiser={owner}/day=2026-03-02/")
    assert len(files) > len(before) // 2 and before.items() <= stored("events/").items(), "it went on where it ended"
    assert services.day_export.run(plenty) == 0
    with fetched(aws("s3"), EXPORT_FILES, "events/", owner, MIDNIGHT) as folder:
        totals = {row["name"]: row["number"] for row in ask("totals", folder, owner, MIDNIGHT, MIDNIGHT + DAY)}
        counted = services.counters.read(owner, MIDNIGHT, MIDNIGHT + DAY - 1)
        assert totals == {name: number for name, number in counted.items() if number}
        funnel = {
            (row["kind"], *(row[f"label_{place}"] for place in (1, 2, 3)), row["name"]): row["number"]
            for row in ask("funnel", folder, owner, MIDNIGHT, MIDNIGHT + DAY)
        }
        assert funnel == cohorts_of(played), "the numbers of the results page"
        for name in queries():
            assert bool(ask(name, folder, owner, MIDNIGHT, MIDNIGHT + DAY)) == (name != "reasons"), (
                "nothing was refused"
            )
            assert not ask(name, folder, "adv_none", MIDNIGHT, MIDNIGHT + DAY), name


def cohorts_of(shop: Shop) -> Counter[tuple[str, ...]]:
    told: Counter[tuple[str, ...]] = Counter()
    counters = shop.world.services.counters
    for one in cohorts.read(counters, shop.advertiser.id, MIDNIGHT, MIDNIGHT + DAY - 1):
        for name, number in one.counts.items():
            told[one.kind, *(*one.labels, "", "", "")[:3], name] += number
    return Counter({key: number for key, number in told.items() if number})


def test_a_worker_that_dies_leaves_the_same_files(
    world: World,
    played: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_export_bucket()
    monkeypatch.setattr(day_export, "AT_ONCE", 3)
    world.clock.advance(MIDNIGHT + DAY + HOUR - world.clock.now())
    files = world.services.export_files
    put, left = files.put_events, iter(range(4))

    def dies(*told: Any) -> None:
        put(*told)
        if next(left, None) is None:
            raise StorageUnavailable("the worker is gone")

    monkeypatch.setattr(files, "put_events", dies)
    with pytest.raises(StorageUnavailable):
        world.services.day_export.run(plenty)
    monkeypatch.undo()
    monkeypatch.setattr(day_export, "AT_ONCE", 3)
    world.services.day_export.run(plenty)
    rows = [json.loads(line) for body in stored("events/").values() for line in gzip.decompress(body).splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)


def test_an_export_is_written_in_the_background_a_file_at_a_time(
    world: World,
    played: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_export_bucket()
    monkeypatch.setattr(exporter, "PAGE", 2)
    monkeypatch.setattr(export_desk, "ROWS_A_FILE", 2)
    desk, owner = world.services.export_desk, played.advertiser.id
    world.clock.advance(1)
    asked = {
        table: desk.ask(owner, table, "csv", MIDNIGHT, MIDNIGHT + DAY).id for table in ("messages", "clicks", "events")
    }
    assert not desk.links(desk.find(owner, asked["messages"]))
    on_minute(world.services, plenty)
    on_minute(world.services, plenty)
    for table, name in asked.items():
        done = desk.find(owner, name)
        bodies = stored(f"exports/{owner}/{name}/")
        assert done.state == "done" and len(bodies) == len(done.files) > 1
        rows = [row for body in bodies.values() for row in rows_of(body)]
        assert len(rows) == sum(done.files) == len(exported(played, table)), table
        assert all("X-Amz-Signature" in url or "Signature" in url for url in desk.links(done))
    other = open_shop(world)
    with pytest.raises(Exception, match="no such export"):
        desk.find(other.advertiser.id, asked["messages"])


def test_an_export_that_cannot_be_written_ends_as_failed(world: World, shop: Shop) -> None:
    export = world.services.export_desk.ask(shop.advertiser.id, "clicks", "csv", NOON - HOUR, NOON)
    for _ in range(7):
        on_minute(world.services, plenty)  # There is no bucket.
        world.clock.advance(20 * MINUTE)
    assert world.services.export_desk.find(shop.advertiser.id, export.id).state == "failed"


@pytest.mark.parametrize(
    ("table", "since", "until", "field"),
    [
        ("messages", NOON, NOON - DAY, "since"),
        ("messages", NOON - 400 * DAY, NOON, "until"),
        ("events", NOON - RETENTION - DAY, NOON, "since"),
    ],
)
def test_what_cannot_be_exported_says_why(shop: Shop, table: Any, since: int, until: int, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shop.world.services.export_desk.ask(shop.advertiser.id, table, "csv", since, until)
    assert [error.field for error in wrong.value.errors] == [field]


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.ndjson", "rows.parquet"])
def test_files_hold_the_same_rows_in_every_format(tmp_path: Path, name: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    blank = dict.fromkeys(COLUMNS["clicks"])
    rows = [blank | {"click": f"c{number}", "clicked_at": NOON, "utm_source": "=1+1"} for number in range(3)]
    form = name.split(".")[1]
    assert write("clicks", iter(rows), form, tmp_path / name) == 3
    found = duckdb.sql(f"SELECT click, clicked_at, utm_source FROM '{tmp_path / name}' ORDER BY click").fetchall()
    source = "'=1+1" if form == "csv" else "=1+1"
    assert found == [(f"c{number}", NOON, source) for number in range(3)]


def test_athenas_table_has_the_columns_that_are_written() -> None:
    table = resources()["EventsTable"]["Properties"]["TableInput"]
    columns: Callable[[Any], dict[str, str]] = lambda listed: {one["Name"]: one["Type"] for one in listed}  # noqa: E731
    assert columns(table["StorageDescriptor"]["Columns"]) == COLUMNS["events"]
    assert list(columns(table["PartitionKeys"])) == ["advertiser", "day"]


def test_a_files_name_says_what_it_is() -> None:
    export = Export("exp_1", "adv_1", "messages", "csv", 0, 1, 0)
    assert replace(export, form="ndjson").file(0) == "messages-001.ndjson.gz"
