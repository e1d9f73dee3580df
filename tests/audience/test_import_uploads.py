"""Uploaded files: handed on in time, read by one at a time, taken up after a crash, and gone when they are read."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from chalicelib.audience import importing
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.errors import InvalidInput, StorageUnavailable
from chalicelib.workers import imports
from tests.support.shop import Shop
from tests.support.world import IMPORT_FILES, aws, create_import_bucket

HEADER = "téléphone;opt-in sms;date consentement;source\n"
MINUTES_15 = 900_000


def numbers(count: int) -> str:
    """A file with 100 phones, again and again."""
    return HEADER + "".join(f"06 39 98 00 {i % 100:02d};oui;2026-01-10;caisse\n" for i in range(count))


def announce(shop: Shop, content: str, *, dry_run: bool = False) -> str:
    """An import whose file was put to its address."""
    create_import_bucket()
    body = content.encode()
    options = ImportOptions(shop.advertiser.id, wording="v3")
    made = shop.world.services.import_desk.announce(options, len(body), dry_run=dry_run)
    assert requests.put(made["upload"]["url"], data=body, timeout=5).status_code == http.client.OK
    return str(made["import"])


def start(shop: Shop, content: str, *, dry_run: bool = False) -> str:
    made = announce(shop, content, dry_run=dry_run)
    assert shop.world.services.import_desk.start(shop.advertiser.id, made).state == "running"
    return made


def work(shop: Shop, remaining: Callable[[], int] = lambda: MINUTES_15) -> list[Any]:
    """One delivery of all that is queued; what goes back to the queue."""
    return imports.on_uploads(shop.world.import_queue.drain(), remaining, shop.world.worker())["batchItemFailures"]


def running_out(rows: int) -> Callable[[], int]:
    """The time of a function that ends after some hundreds of rows."""
    asked = iter(range(10**9))
    return lambda: MINUTES_15 if next(asked) * 100 <= rows else 0


def told(shop: Shop, made: str) -> Any:
    return shop.world.services.import_desk.find(shop.advertiser.id, made)


def files() -> list[Any]:
    return list(aws("s3").list_objects_v2(Bucket=IMPORT_FILES).get("Contents", []))


def test_a_file_is_read_and_removed_and_told_twice_changes_nothing(shop: Shop) -> None:
    made = start(shop, numbers(150) + "nobody;oui;2026-01-10;caisse\n")
    again = shop.world.import_queue.batch()
    assert work(shop) == []
    before = told(shop, made)
    report = before.report
    assert before.state == "done"
    assert [report[name] for name in ("rows", "accepted", "merged", "refused")] == [151, 100, 50, 1]
    assert [error["field"] for error in report["errors"]] == ["phone"]
    assert "06 39" not in json.dumps(dict(report)) and "nobody" not in json.dumps(dict(report))
    assert files() == []
    assert imports.on_uploads(again, lambda: MINUTES_15, shop.world.services)["batchItemFailures"] == []
    assert shop.world.services.import_desk.start(shop.advertiser.id, made).state == "done"
    assert told(shop, made) == before
    assert len(shop.world.of_type("contact")) == 100


def test_a_worker_hands_on_before_its_time_is_over_and_the_report_is_of_the_whole(shop: Shop) -> None:
    made = start(shop, numbers(700))
    reached = []
    for rows in (300, 500):
        assert work(shop, running_out(rows)) == []
        reached.append(told(shop, made).report["rows"])
        assert told(shop, made).state == "running" and len(files()) == 1
    assert 0 < reached[0] < reached[1] < 700
    assert work(shop) == []
    report = told(shop, made).report
    assert (told(shop, made).state, report["rows"], report["accepted"]) == ("done", 700, 100)
    assert report["resumed_at"] > 0
    assert {item["length"] for item in shop.world.of_type("contact")} == {1}


def test_only_one_reads_at_a_time_and_who_died_is_followed(shop: Shop) -> None:
    made = start(shop, numbers(200))
    upload = told(shop, made)
    store = shop.world.services.import_desk._uploads
    now = shop.world.clock.now()
    assert store.lease(upload, now, now + MINUTES_15)
    message = shop.world.import_queue.batch()
    assert len(imports.on_uploads(message, lambda: MINUTES_15, shop.world.services)["batchItemFailures"]) == 1
    assert shop.world.of_type("contact") == []
    shop.world.clock.advance(MINUTES_15)
    assert work(shop) == []
    assert told(shop, made).state == "done"
    assert not store.settle(upload, now + MINUTES_15, "failed", {}), "who lost the lease has no say"


def test_an_absence_of_the_store_in_the_middle_is_gone_on_from(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 25)
    made = start(shop, numbers(160))
    message = shop.world.import_queue.drain()
    worker = shop.world.worker()
    take, calls = worker.intake.take_many, iter(range(100))

    def away(base: str, arrivals: Any) -> Any:
        if next(calls) == 5:
            raise StorageUnavailable("away")
        return take(base, arrivals)

    monkeypatch.setattr(worker.intake, "take_many", away)
    assert len(imports.on_uploads(message, lambda: MINUTES_15, worker)["batchItemFailures"]) == 1
    assert told(shop, made).state == "running"
    assert imports.on_uploads(message, lambda: MINUTES_15, shop.world.worker())["batchItemFailures"] == []
    report = told(shop, made).report
    assert (told(shop, made).state, report["rows"], report["resumed_at"]) == ("done", 160, 125)


@pytest.mark.parametrize(("content", "field"), [("phone\n06 39 98 00 01\n", "consent_at"), ("PK\x03\x04", "file")])
def test_what_cannot_be_read_fails_with_its_rule(shop: Shop, content: str, field: str) -> None:
    made = start(shop, content)
    assert work(shop) == []
    assert told(shop, made).state == "failed"
    assert field in {problem["field"] for problem in told(shop, made).problems}
    assert files() == []


def test_a_rehearsal_writes_nobody_and_one_that_has_no_end_fails(shop: Shop) -> None:
    made = start(shop, numbers(300), dry_run=True)
    assert work(shop) == []
    assert (told(shop, made).state, told(shop, made).report["accepted"]) == ("done", 100)
    assert shop.world.of_type("contact") == []


def test_an_import_that_comes_no_further_ends(shop: Shop) -> None:
    made = start(shop, numbers(300))
    for _ in range(2):
        work(shop, running_out(100))
    assert told(shop, made).state == "failed"
    assert told(shop, made).problems[0]["rule"] == "too_long"


def test_a_file_that_is_not_there_is_said_at_the_start(shop: Shop) -> None:
    create_import_bucket()
    desk = shop.world.services.import_desk
    made = desk.announce(ImportOptions(shop.advertiser.id), 5, dry_run=False)["import"]
    with pytest.raises(InvalidInput, match="file: missing"):
        desk.start(shop.advertiser.id, made)
    assert told(shop, made).state == "awaiting_file"
