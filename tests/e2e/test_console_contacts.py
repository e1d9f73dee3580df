"""A list of contacts is checked and loaded in a browser on the deployed stack."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed

TITLES = "mobile;opt-in sms;date consentement;source\n"


def test_a_file_is_chosen_checked_and_loaded_and_a_large_one_in_pieces(
    deployed: Deployed, page: Page, phone: str
) -> None:
    shop = deployed.open_shop()
    walk = Walk(page, deployed, shop)
    walk.open("contacts")
    walk.check()
    rows = f"{TITLES}{phone};oui;2026-01-31;caisse\nnobody;oui;2026-01-31;caisse\n"
    page.set_input_files("#file", {"name": "l.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(page.locator("#rows")).to_have_value(re.compile("nobody"))
    page.locator("#load button").click()
    expect(page.locator("tbody")).to_contain_text(re.compile("téléphone|phone number"))
    walk.check()
    with page.expect_download():
        page.locator("a[download]").click()
    page.locator("button[value=load]").click()
    expect(page.locator("h1")).to_have_text(re.compile("chargé|Loaded"))
    assert deployed.services.contacts.get(shop.advertiser, deployed.services.vault.person(phone))

    walk.open("contacts")
    many = TITLES + "nobody;oui;2026-01-31;caisse\n" * 2_100
    page.set_input_files("#file", {"name": "l.csv", "mimeType": "text/csv", "buffer": many.encode()})
    expect(page.locator("#pieces")).to_be_visible()
    page.locator("#load button").click()
    expect(page.locator("#pieces")).to_contain_text(re.compile("2100 (lignes|rows)"), timeout=30_000)
    expect(page.locator("#pieces tbody tr")).to_have_count(100)
    walk.check()
