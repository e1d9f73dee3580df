"""The sections that set something, on the deployed stack: in each of them one thing is changed, and is so."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_each_setting_has_a_place_and_is_changed_there(deployed: Deployed, page: Page) -> None:
    shop = deployed.open_shop()
    walk = Walk(page, deployed, shop)
    _promo_codes(walk)
    _opt_in(walk)
    _answers(walk)
    _surveys(walk)
    _company(walk)
    code = _links(walk)
    services = deployed.services
    assert services.links.get(code)
    (pool,) = services.promo_pools.all_of(shop.advertiser)
    assert services.promo_desk.stock(pool).free == 3
    site = services.advertisers.site(shop.site)
    assert site and site.optin["incentive"]["code"] == "WELCOME10"
    known = services.advertisers.get(shop.advertiser)
    assert known and known.safeguards.budget_micro == 50_000_000
    assert services.automatic_answers.settings(shop.advertiser).texts["en"]["away"] == "Back at nine."
    assert [one.kind for one in services.surveys.all_of(shop.advertiser)] == ["vote"]


def _press(walk: Walk, name: str) -> None:
    walk.page.get_by_role("button", name=name, exact=True).click()


def _promo_codes(walk: Walk) -> None:
    page = walk.page
    walk.open("promo-codes")
    page.fill("#name", "Welcome")
    page.fill("#worth", "150")
    _press(walk, "Go on")
    expect(page.locator("#worth-error")).to_contain_text("1 to 100%")
    page.fill("#worth", "10")
    _press(walk, "Go on")
    page.fill("#fill_up_to", "3")
    _press(walk, "Make the codes")
    expect(page.locator("main .notice")).to_contain_text("3 codes added")
    walk.check()


def _opt_in(walk: Walk) -> None:
    page = walk.page
    walk.open("opt-in")
    page.fill("#incentive_fr", "10% off your first order")
    page.fill("#incentive_code", "welcome10")
    _press(walk, "See without saving")
    expect(page.locator("main .phone")).to_contain_text("10% off")
    walk.check()
    _press(walk, "Save")
    expect(page.locator(".notice")).to_contain_text("saved")


def _answers(walk: Walk) -> None:
    page = walk.page
    walk.open("answers")
    page.check("#on-away")
    page.fill("#text-away", "Back at nine.")
    _press(walk, "Save")
    expect(page.locator(".notice")).to_contain_text("saved")
    walk.check()
    page.get_by_role("link", name="Alerts by e-mail").click()
    page.fill("#emails", "service@shop.example")
    _press(walk, "Save")
    expect(page.locator(".notice")).to_contain_text("saved")


def _surveys(walk: Walk) -> None:
    page = walk.page
    walk.open("surveys/new")
    page.fill("#name", "Colour")
    page.select_option("#kind", "vote")
    page.fill("#text_0", "Which colour?")
    page.fill("#choices_0", "Red\nBlue")
    _press(walk, "Save")
    expect(page.locator(".notice")).to_contain_text("ready")
    walk.check()


def _company(walk: Walk) -> None:
    page = walk.page
    walk.open("company")
    page.fill("#budget", "50")
    _press(walk, "Save")
    expect(page.locator(".notice")).to_contain_text("saved")
    walk.check()


def _links(walk: Walk) -> str:
    page = walk.page
    walk.open("links")
    page.fill("#target", "shop.example/sale")
    page.fill("#tags", "poster")
    _press(walk, "Make the link")
    expect(page.locator(".notice")).to_contain_text("ready")
    walk.check()
    return str(page.url).partition("?")[0].rpartition("/")[2]
