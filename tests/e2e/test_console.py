"""The console's frame on the deployed stack."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_somebody_signs_in_chooses_a_language_and_signs_out(deployed: Deployed, page: Page) -> None:
    walk = Walk(page, deployed, deployed.open_shop())
    expect(page.locator(".brand")).to_have_text("Maison Lumen")
    walk.check()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    walk.check()
    page.get_by_role("link", name="Conversations").click()
    expect(page).to_have_url(f"{walk.root}/inbox")
    walk.open("nothing")
    expect(page.locator("h1")).to_have_text("There is no such page")
    walk.check()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#key")).to_be_visible()
