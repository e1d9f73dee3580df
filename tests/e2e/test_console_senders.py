"""Senders in the console, on the deployed stack."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_a_sender_is_registered_and_verified_by_the_operator(deployed: Deployed, page: Page) -> None:
    walk = Walk(page, deployed, deployed.open_shop())
    walk.open("senders")
    page.fill("#value", "0639980001")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#value-error")).to_be_visible()
    walk.check()
    page.fill("#value", "MAISONLUMEN")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Verify MAISONLUMEN").click()
    expect(page.locator(".notice")).to_contain_text("verified")
    walk.check()
