"""The export of a base, its query by DuckDB, and the answer as members: the same people as by events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import segments
from cli.main import app
from tests.audience.test_segments import LYON, arrive, make, members, minutes, rules
from tests.support.shop import CAMILLE, MALIK, PHONES, Shop
from tests.support.stream import Stream
from tests.support.world import IMPORT_FILES, aws, create_import_bucket


@pytest.fixture
def stage(world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    stage = type("Stage", (), {"services": lambda _: world.services, "client": lambda _, service: aws(service)})()
    monkeypatch.setattr(segments, "the_stage", lambda: stage)
    return world


def run(*words: str) -> Any:
    done = CliRunner().invoke(app, ["segments", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output.splitlines()[-1])


def test_an_export_finds_whom_events_find(stage: Any, shop: Shop, stream: Stream) -> None:
    everybody = [arrive(shop, phone, postcode="69001" if at % 3 else "75001") for at, phone in enumerate(PHONES[:9])]
    segment = make(shop, LYON)
    by_export = run("compute", shop.advertiser.id, segment.id, "--parts", "2")
    found = members(shop, segment)
    assert by_export["members"] == by_export["came"] == len(found) == 6
    assert run("roster", shop.advertiser.id)["listed"] == len(everybody)
    assert run("build", shop.advertiser.id, segment.id)["state"] == "building"
    minutes(shop)
    assert members(shop, segment) == found


def test_an_answer_from_elsewhere_replaces_the_members(stage: Any, shop: Shop, tmp_path: Path) -> None:
    person, other = arrive(shop, CAMILLE), arrive(shop, MALIK)
    segment = make(shop, rules({"fact": "contact.reachable", "value": True}))
    answer = tmp_path / "answer.csv"
    answer.write_text(f'"person"\n"{person}"\n')
    assert run("load", shop.advertiser.id, segment.id, str(answer))["came"] == 1
    answer.write_text(f"person\n{other}\n")
    assert run("load", shop.advertiser.id, segment.id, str(answer)) | {"segment": ""} == {
        "segment": "",
        "members": 1,
        "came": 1,
        "went": 1,
    }
    assert members(shop, segment) == {other}


def test_an_export_is_pseudonymous_and_its_query_is_told(stage: Any, shop: Shop, tmp_path: Path) -> None:
    arrive(shop, CAMILLE, postcode="69001")
    assert run("export", shop.advertiser.id, "--to", str(tmp_path), "--parts", "1")["rows"] > 10
    written = (tmp_path / "facts-0000.ndjson").read_text()
    assert "69001" in written
    assert CAMILLE[1:] not in written and "camille" not in written.lower()
    segment = make(shop, LYON)
    told = run("sql", shop.advertiser.id, segment.id, "--location", "s3://facts/")
    assert "bool_or(fact = 'location.department'" in told["query"] and "s3://facts/" in told["table"]


def test_a_file_of_people_is_taken_line_by_line(stage: Any, shop: Shop, tmp_path: Path) -> None:
    person = arrive(shop, CAMILLE)
    segment, file = make(shop, None), tmp_path / "people.csv"
    file.write_text("phone,note\n0639980001,a\n12,b\n,c\n", encoding="utf-8-sig")
    told = run("people", shop.advertiser.id, segment.id, str(file))
    assert told["changed"] == 1 and [one["line"] for one in told["errors"]] == [3, 4]
    assert members(shop, segment) == {person}
    assert run("people", shop.advertiser.id, segment.id, str(file), "--remove")["changed"] == 1


def test_an_export_goes_to_a_bucket_where_it_is_told_so(stage: Any, shop: Shop) -> None:
    arrive(shop, CAMILLE, postcode="69001")
    create_import_bucket()
    run("export", shop.advertiser.id, "--to", f"s3://{IMPORT_FILES}/facts", "--parts", "2")
    listed = aws("s3").list_objects_v2(Bucket=IMPORT_FILES)["Contents"]
    assert [entry["Key"] for entry in listed] == ["facts/facts-0000.ndjson", "facts/facts-0001.ndjson"]
    assert sum(entry["Size"] for entry in listed) > 100
