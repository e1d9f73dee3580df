"""Exports in the console: asked for by the advertiser's days, written in the background, fetched by a link."""

from __future__ import annotations

import re

from chalicelib.clock import DAY, HOUR
from chalicelib.workers.background import on_minute
from tests.support.shop import Shop
from tests.support.world import create_export_bucket
from tests.web.conftest import Api
from tests.web.console_browser import Browser
from tests.web.test_admin_reports import TODAY, a_day

__all__ = ["a_day"]


def test_what_the_results_count_is_had_as_a_file(a_day: Shop, console: Browser) -> None:
    page = console.get(f"exports?since={TODAY}&until={TODAY}")
    assert f'value="{TODAY}"' in page.text, "the days that the results showed"
    asked = console.form(page) | {"what": "messages", "format": "csv", "since": TODAY, "until": TODAY}
    assert console.post("exports", **asked).headers["Location"] == "exports?told=asked"
    page = console.get("exports?told=asked")
    assert "en préparation" in page.text and "every 5s" in page.text
    create_export_bucket()
    on_minute(a_day.world.services, lambda: 900_000)
    page = console.get("exports")
    assert f"SMS, {TODAY} – {TODAY}" in page.text and 'class="number">3<' in page.text and "every 5s" not in page.text
    [export] = re.findall(r"exports/(exp_\w+)/", page.text)
    fetched = console.get(f"exports/{export}/messages-001.csv.gz")
    assert fetched.status == 303 and "messages-001.csv.gz" in fetched.headers["Location"]
    assert console.get(f"exports/{export}/messages-002.csv.gz").status == 404
    asked_for = a_day.world.services.export_desk.find(a_day.advertiser.id, export)
    assert asked_for.since % DAY == 23 * HOUR, "days begin in Paris, an hour before those of UTC, as in the results"


def test_a_table_of_the_results_is_a_file_of_the_same_days(a_day: Shop, console: Browser) -> None:
    table = console.get(f"exports/days.csv?since={TODAY}&until={TODAY}")
    assert table.headers["Content-Type"].startswith("text/csv") and table.text.count(TODAY) == 1
    assert console.get("exports/days.csv?since=monday").status == 422
    assert console.get("exports/days.xlsx").status == 404
    results = console.get(f"results?since={TODAY}&until={TODAY}").text
    for name in ("campaigns", "days", "hours", "traffic"):
        assert f'href="exports/{name}.csv?since={TODAY}&amp;until={TODAY}"' in results


def test_what_is_wrong_stands_beside_its_field(shop: Shop, console: Browser) -> None:
    asked = console.form(console.get("exports")) | {"what": "events", "format": "csv"}
    page = console.post("exports", **asked, since="2026-01-10", until=TODAY)
    assert page.status == 422 and 'id="since-error"' in page.text and 'value="2026-01-10"' in page.text


def test_who_only_reads_has_no_rows(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_reader", shop.advertiser.id, role="reader")
    reader = Browser(api)
    assert reader.post("/console", key="rk_reader").status == 303
    assert reader.get("exports").status == 403
    assert "exports" not in reader.get("results").text
