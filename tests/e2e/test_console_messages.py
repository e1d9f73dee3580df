"""The composer in the console, on the deployed stack: seen on a phone while it is typed, made cheaper, saved."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_a_message_is_written_made_cheaper_and_saved(deployed: Deployed, page: Page) -> None:
    shop = deployed.open_shop()
    walk = Walk(page, deployed, shop)
    walk.open("messages/_new")
    page.fill("#name", "Rappel")
    page.fill("#text", "Bonjour {{ first_name }}, c’est encore là : ")
    page.get_by_role("button", name="Personal link").click()
    expect(page.locator("mark")).to_have_text("’")
    walk.check()
    page.get_by_role("button", name="’ → '").click()
    expect(page.locator("#text")).to_have_value("Bonjour {{ first_name }}, c'est encore là : {{ link }}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("saved")
    walk.check()
    walk.open("messages")
    expect(page.get_by_role("link", name="rappel")).to_be_visible()
    walk.check()
