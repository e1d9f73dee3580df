"""A journey in the console on the deployed stack: switched on, changed on its picture, rehearsed, started, stopped."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.console_walk import Walk
from tests.e2e.deployed import Deployed


def test_a_marketer_switches_a_playbook_on_and_runs_it_alone(deployed: Deployed, page: Page) -> None:
    walk = Walk(page, deployed, deployed.open_shop())
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="Parcours", exact=True).click()
    walk.check()
    page.get_by_role("link", name="Allumer : Commande expédiée").click()
    page.get_by_role("button", name="Allumer").click()
    expect(page.get_by_role("status")).to_contain_text("Le parcours est à vous")
    walk.check()
    page.get_by_role("link", name="Changer : SMS 1").click()
    walk.check()
    page.get_by_label("Attendre", exact=True).fill("20")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#step-0")).to_contain_text("20 minutes après l’état « expédiée »")
    page.get_by_role("link", name="Répéter sans rien envoyer").click()
    page.get_by_role("button", name="Répéter").click()
    expect(page.locator("#rehearsed")).to_contain_text("contacts regardés sur")
    walk.check()
    page.get_by_role("button", name="Démarrer").click()
    expect(page.locator("h1")).to_contain_text("en marche")
    page.get_by_role("button", name="Arrêter", exact=True).click()
    expect(page.locator("h1")).to_contain_text("arrêté")
    page.get_by_role("link", name="Versions").click()
    expect(page.locator("ins")).to_contain_text("20 minutes")
    walk.check()
