"""Exports on the deployed stack: each function held to its policy, and what comes out is what was counted."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any
from urllib.request import urlopen

from chalicelib.clock import DAY, HOUR
from chalicelib.reports.day_export import day_name
from cli.report_files import ask, fetched
from tests.e2e.deployed import Deployed, eventually


def test_an_export_is_fetched_by_its_link_and_the_day_comes_to_s3(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    message = visitor.message("sent")["message"]
    now = deployed.clock.now()
    begins = now - now % DAY

    day = {"since": day_name(begins), "until": day_name(begins)}
    path = f"/v1/advertisers/{shop.advertiser}/exports"
    asked = deployed.admin("POST", path, {"what": "messages"} | day)
    assert asked.status == 202, asked.body
    deployed.pass_minutes(1)
    done = eventually(lambda: _done(deployed, f"{path}/{asked.json['export']}"))
    with urlopen(done["files"][0]["url"]) as file:
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(file.read()).decode())))
    assert [(row["message"], row["state"]) for row in rows] == [(message, "sent")]

    deployed.clock.move_to(begins + DAY + HOUR + 60_000)
    bucket = deployed.stage.settings.export_files
    with fetched(deployed.stage.client("s3"), bucket, "events/", shop.advertiser, begins) as folder:
        told = {row["name"]: row["number"] for row in ask("totals", folder, shop.advertiser, begins, begins + DAY)}
    counted = deployed.services.counters.read(shop.advertiser, begins, begins + DAY - 1)
    assert told == {name: number for name, number in counted.items() if number} and told["message.sent"] == 1


def _done(deployed: Deployed, path: str) -> dict[str, Any] | None:
    told: dict[str, Any] = deployed.admin("GET", path).json
    return told if told["state"] == "done" else None
