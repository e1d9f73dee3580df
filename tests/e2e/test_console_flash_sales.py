"""A flash sale in the console on the deployed stack: planned, approved by a second person, watched, paused, ended."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed, Shop, eventually


def friends(deployed: Deployed, shop: Shop, phones: list[str]) -> None:
    """A list of people who agreed, and a text to tell them."""
    of = f"/v1/advertisers/{shop.advertiser}"
    for each in phones:
        shop.opt_in(each)
    segment = deployed.admin("POST", f"{of}/segments", {"name": "Amis"}).json["segment"]
    rows = {"add": [{"phone": each} for each in phones]}
    assert deployed.admin("POST", f"{of}/segments/{segment}/members", rows).json["added"]["errors"] == []
    text = {"text": "{{ brand }} : vente flash {{ link }}", "journey": "flash_sale"}
    assert deployed.admin("PUT", f"{of}/templates/flash", text).status == 201


def left(page: Page) -> int:
    """How many have left, as the page says."""
    return int(re.findall(r"(\d+) (?:parti|était parti|étaient partis)", page.locator("#told").inner_text())[0])


def test_a_marketer_launches_a_sale_with_a_colleague_watches_and_pauses_it(
    deployed: Deployed, browser: Browser, page: Page, phones: list[str]
) -> None:
    shop = deployed.open_shop(safeguards={"approve_people": 5})
    friends(deployed, shop, phones)
    key = {"name": "Nadia", "role": "marketer"}
    second = deployed.admin("POST", f"/v1/advertisers/{shop.advertiser}/keys", key).json["key"]
    walk = Walk(page, deployed, shop)
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="Ventes flash", exact=True).click()
    page.get_by_role("link", name="Nouvelle vente flash").click()
    page.get_by_label("Nom", exact=True).fill("Vendredi")
    page.get_by_label("À qui").select_option(label="Amis (6)")
    page.get_by_label("Quel texte").select_option("flash")
    page.get_by_label("SMS par minute").fill("1")
    walk.check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("button", name="Répéter sans rien envoyer").click()
    expect(page.get_by_text("SMS qui partiraient")).to_be_visible()
    expect(page.get_by_role("heading", name="Il faut être deux")).to_be_visible()
    expect(page.get_by_role("button", name="Lancer")).to_have_count(0)
    walk.check()

    sale = page.url.partition("?")[0]
    colleague = Walk(browser.new_context(locale="fr-FR").new_page(), deployed, shop, second)
    colleague.page.goto(sale)
    colleague.page.get_by_role("button", name="Approuver").click()
    expect(colleague.page.get_by_text("Vous l’avez approuvée")).to_be_visible()
    expect(colleague.page.get_by_role("button", name="Lancer")).to_have_count(0)
    colleague.page.context.close()
    page.goto(sale)
    expect(page.get_by_text("Approuvée par")).to_contain_text("Nadia")
    page.get_by_role("button", name="Lancer").click()
    expect(page.locator("#told")).to_contain_text("0 parti sur 6 ; 6 attendent")

    def some_have_left() -> bool:
        deployed.pass_minutes(2)
        try:
            expect(page.locator("#told")).not_to_contain_text("0 parti ", timeout=4_000)
        except AssertionError:
            return False
        return True

    eventually(some_have_left, 90)
    walk.check()
    page.get_by_role("button", name="Mettre en pause").click()
    expect(page.locator("#told")).to_contain_text("En pause")
    deployed.pass_minutes(1)
    page.reload()
    still = left(page)
    assert 1 <= still < 6
    deployed.pass_minutes(2)
    page.reload()
    expect(page.locator("#told")).to_contain_text(re.compile(f"{still} étai(t parti|ent partis), {6 - still} attend"))
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("button", name="Mettre en pause")).to_be_visible()
    page.get_by_text("Annuler la vente").click()
    page.get_by_role("button", name="Annuler pour de bon").click()
    deployed.pass_minutes(1)
    expect(page.locator("#live")).to_contain_text("annulée", timeout=15_000)
    expect(page.locator("#told")).to_contain_text("le reste ne part plus")
