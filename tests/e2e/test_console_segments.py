"""Segments in the console on the deployed stack: sized before they are made, filled while one looks, filled by hand."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed, eventually


def test_a_marketer_makes_segments_without_knowing_any_facts_name(
    deployed: Deployed, page: Page, phones: list[str]
) -> None:
    shop = deployed.open_shop()
    for number, each in enumerate(phones[:3]):
        shop.opt_in(each, first_name="" if number else "Camille", email=f"ami{each[-4:]}@example.com")
    walk = Walk(page, deployed, shop)
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="Segments", exact=True).click()
    page.get_by_role("link", name="Nouveau segment").click()
    page.get_by_label("Nom", exact=True).fill("Prénoms")
    page.get_by_label("Quoi").first.select_option(label="Le prénom est connu")

    def sized() -> bool:
        page.get_by_role("button", name="Combien de personnes ?").click()
        return "1 personne sur 3 contacts" in page.locator("main").inner_text()

    eventually(sized)
    walk.check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Ce segment se remplit")).to_be_visible()

    def filled() -> bool:
        deployed.pass_minutes(1)
        try:
            expect(page.get_by_text("Ce segment se remplit")).to_have_count(0, timeout=5_000)
        except AssertionError:
            return False
        return True

    eventually(filled, 60)
    expect(page.locator(".figure").first).to_contain_text("1")
    expect(page.get_by_role("heading", name="Quelques-uns d’entre eux")).to_be_visible()
    walk.check()

    page.get_by_role("link", name="← Segments").click()
    page.get_by_role("link", name="Nouveau segment").click()
    page.get_by_label("Nom", exact=True).fill("Amis")
    page.get_by_label("À la main").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_label("Une personne par ligne").fill(f"{phones[1]}\n0102")
    page.get_by_role("button", name="Mettre dans la liste").click()
    expect(page.get_by_role("alert")).to_contain_text("0102")
    expect(page.locator(".figure").first).to_contain_text("1")
    page.get_by_text("Supprimer ce segment").click()
    page.get_by_role("button", name="Supprimer pour de bon").click()
    expect(page.get_by_role("status")).to_contain_text("n’est plus là")
