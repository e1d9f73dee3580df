"""A journey from a blank page: whatever begins it, what is saved is a journey that can be started."""

from __future__ import annotations

import pytest

from chalicelib.journeys.definition import Journey
from chalicelib.journeys.restraint import check_baskets
from chalicelib.web.console_pages.fact_words import STATUSES
from chalicelib.web.console_pages.journey_blank import BEGINNINGS, document_of
from chalicelib.web.console_pages.slugs import free, slug
from tests.support.journeys import template
from tests.support.shop import Shop
from tests.web.console_browser import Browser
from tests.web.console_pages.test_journeys import said, state
from tests.web.filled_forms import changed, filled


@pytest.mark.parametrize("message_class", ["marketing", "notification"])
@pytest.mark.parametrize("begins", [*BEGINNINGS, *(f"status.{name}" for name in STATUSES)])
def test_each_beginning_makes_a_sound_journey(begins: str, message_class: str) -> None:
    journey = Journey.model_validate(document_of("Essai", begins, "hello", message_class, None))
    assert list(check_baskets(journey)) == []
    service = message_class == "notification" and begins not in ("cart", "product", "person")
    assert journey.message_class == ("notification" if service else "marketing")


def test_it_is_begun_with_three_things_and_gone_on_with_on_its_picture(console: Browser, shop: Shop) -> None:
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    template(shop, "merci", "{{ brand }} : merci de votre commande.", journey="offer")
    assert "Commencer d’une page blanche" in said(console.get("journeys"))
    form = filled(console.get("journeys/new?template=merci").text, "")
    empty = console.submit("journeys/new", changed(form, name="Merci", template=""))
    assert empty.status == 422 and "Son premier SMS – Choisissez dans la liste." in said(empty)
    wrong = console.submit("journeys/new", changed(form, name="Merci", minutes="bientôt"))
    assert wrong.status == 422 and "Il part après (facultatif) – Écrivez un nombre." in said(wrong)
    typed = changed(form, name="Merci !", begins="purchase", minutes="2", minutes_unit="hours")
    made = console.submit("journeys/new", typed)
    assert made.headers["Location"] == "../journeys/merci?told=begun" and state(shop, "merci") == ("draft", 1)
    page = said(console.get("journeys/merci?told=begun"))
    assert "Quand une commande est passée" in page and "2 heures après la commande" in page
    again = console.submit("journeys/new", changed(form, name="Merci", begins="status.shipped"))
    assert again.headers["Location"] == "../journeys/merci-2?told=begun", "another of that name is another journey"


def test_a_service_text_goes_to_who_agreed_to_no_offer(console: Browser, shop: Shop) -> None:
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    template(shop, "suivi", "{{ brand }} : parti.", journey="order_status", message_class="notification")
    form = filled(console.get("journeys/new?template=suivi").text, "")
    refused = console.submit("journeys/new", changed(form, name="Suivi", begins="cart"))
    assert refused.status == 422 and "d’une autre nature" in said(refused)
    assert console.submit("journeys/new", changed(form, name="Suivi", begins="status.shipped")).status == 303


def test_names_become_ids() -> None:
    assert slug("Panier – rappel n° 2") == "panier-rappel-n-2"
    assert free("2 jours après", set(), "journey") == "journey-2-jours-apres"
    assert free("日本", {"journey"}, "journey") == "journey-2"
    assert len(free("a" * 60, {"a" * 40}, "journey")) <= 40
