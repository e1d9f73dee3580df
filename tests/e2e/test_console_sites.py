"""A shop gets its code, and somebody sees the first event arrive, in a browser on the deployed stack."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import ORIGIN, Deployed


def test_the_code_is_copied_and_the_first_event_shows_by_itself(deployed: Deployed, page: Page) -> None:
    walk = Walk(page, deployed, deployed.open_shop())
    walk.open("sites/new")
    page.fill("#name", "Lumen")
    page.fill("#origins", ORIGIN)
    page.locator("main form button").click()
    expect(page.locator("#secret")).to_contain_text("rs_")
    expect(page.locator("#live")).to_contain_text(re.compile("Rien n’est encore arrivé|Nothing has arrived"))
    walk.check()
    found = re.search(r"site_\w+", page.locator("#code-1").input_value())
    assert found

    now = deployed.clock.now()
    told = [{"id": "event-of-a-walk-1", "event": "page_view", "time": now, "params": {}}]
    body = {"site": found[0], "visitor": "visitor-of-a-walk-1", "consent": "grant", "events": told}
    for origin, status in (("https://other.example", 403), (ORIGIN, 202)):
        answer = deployed.request("POST", "/e", json.dumps(body), {"Content-Type": "text/plain", "Origin": origin})
        assert answer.status == status
    expect(page.locator("#live")).to_contain_text(re.compile("Ça marche|It works"), timeout=45_000)
    expect(page.locator("#live")).to_contain_text("https://other.example")
    walk.check()
    page.locator("#live form button").click()
    expect(page.locator(".notice")).to_be_visible()
    walk.open(f"sites/{found[0]}")
    expect(page.locator("main")).to_contain_text("https://other.example")
