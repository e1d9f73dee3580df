"""A person is looked up, exported and erased; and everything is stopped: in a browser on the deployed stack."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_a_person_is_looked_up_exported_and_erased(deployed: Deployed, page: Page, phone: str) -> None:
    shop = deployed.open_shop()
    shop.opt_in(phone)
    walk = Walk(page, deployed, shop)
    walk.open("people")
    walk.check()
    page.fill("#who", phone)
    page.select_option("#reason", "portability")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("Camille")
    assert phone not in page.content()
    walk.check()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Exporter|Export")).click()
    assert phone in download.value.path().read_text(encoding="utf-8")
    page.locator(".erase summary").click()
    page.fill("#word", page.locator("label[for=word]").inner_text().split()[-1])
    page.locator("button.danger").click()
    expect(page.locator(".notice")).to_be_visible()
    assert not deployed.services.contacts.get(shop.advertiser, deployed.services.vault.person(phone))


def test_everything_is_stopped_and_the_page_shows_that_it_is(deployed: Deployed, page: Page) -> None:
    shop = deployed.open_shop()
    walk = Walk(page, deployed, shop)
    page.locator("a.stop").click()
    walk.check()
    page.fill("#why", "prix faux")
    page.locator("button.halt").click()
    expect(page.locator("#standing")).to_contain_text("prix faux")
    expect(page.locator("#standing")).to_contain_text(re.compile("Plus rien ne part|Nothing leaves"), timeout=30_000)
    walk.check()
    assert deployed.services.halts.read(shop.advertiser)
    page.get_by_role("button", name=re.compile("Reprendre|Start sending")).click()
    expect(page.locator("#standing")).to_contain_text(re.compile("en marche|Sending is on"))
    assert not deployed.services.halts.read(shop.advertiser)
