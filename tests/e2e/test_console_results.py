"""The results in a browser, on the deployed stack: a visit that becomes an SMS shows, as a picture and as a table."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed, eventually


def is_ours(told: ConsoleMessage) -> bool:
    """Every browser asks for an icon."""
    return not told.location["url"].endswith("/favicon.ico")


def test_what_came_of_a_visit_shows_in_the_results(deployed: Deployed, page: Page, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    visitor.message("sent", "delivered")
    link = re.findall(re.escape(deployed.stack.origin) + r"/(\w+)", deployed.sms_to(phone))[0]
    deployed.request("GET", f"/{link}", headers={"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148 Safari/604.1"})
    eventually(lambda: shop.counts().get("click.person") == 1)

    problems: list[str] = []
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" and is_ours(told) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    walk = Walk(page, deployed, shop)
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="Résultats", exact=True).click()
    funnel = page.get_by_role("table", name="Des SMS aux achats")
    for stage in ("SMS préparés", "Partis", "Lien ouvert par une personne"):
        expect(funnel.get_by_role("row", name=stage)).to_contain_text("1")
    expect(page.get_by_role("img", name=re.compile("Jour par jour"))).to_have_count(2)
    expect(page.locator(".picture canvas")).to_have_count(4)
    walk.check()
    page.get_by_role("link", name="1 jour", exact=True).click()
    page.locator("table a").first.click()
    expect(page.locator("h2").first).to_have_text("En bref")
    expect(page.get_by_role("table", name="Des visites aux parcours")).to_have_count(0)
    walk.check()
    walk.open("exports")
    walk.check()
    assert not problems
