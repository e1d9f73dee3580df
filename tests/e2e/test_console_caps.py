"""Limits and hours in the console, on the deployed stack: tried on last week, then saved."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_limits_are_tried_and_saved(deployed: Deployed, page: Page) -> None:
    shop = deployed.open_shop()
    walk = Walk(page, deployed, shop)
    walk.open("caps")
    page.fill("#limit-0", "1")
    page.get_by_role("button", name="last week").click()
    expect(page.locator("#last-week")).to_be_visible()
    walk.check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("saved")
    known = deployed.services.advertisers.get(shop.advertiser)
    assert known and known.caps[0].limit == 1
