"""Answers in the console: those given by themselves, those at hand, and who is told that somebody waits."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Answer, Api
from tests.web.console_browser import Browser
from tests.web.console_pages.test_caps import words
from tests.web.filled_forms import changed, filled


def error(page: Answer, field: str) -> str:
    return str(re.findall(rf'id="{re.escape(field)}-error">([^<]*)<', page.text)[0])


def saved(console: Browser, place: str, **typed: str) -> Answer:
    return console.submit(place, changed(filled(console.get(place).text, place), **typed))


def test_automatic_answers_are_switched_and_said_in_ones_own_words(console: Browser, shop: Shop) -> None:
    page = console.get("answers")
    assert "merci beaucoup pour votre retour" in words(page), "ours stand above"
    pairs = [pair for pair in filled(page.text, "#texts") if pair != ("on", "problem")] + [("on", "away")]
    pairs = [(name, "Nous revenons à 9 h." if name == "text-away" else text) for name, text in pairs]
    assert console.submit("answers", pairs).headers["Location"].endswith("answers?language=fr&told=saved")
    known = shop.world.services.automatic_answers.settings(shop.advertiser.id)
    assert known.on == {"thanks", "status", "away"} and known.texts == {"fr": {"away": "Nous revenons à 9 h."}}
    english = [
        (name, "Back at nine." if name == "text-away" else text)
        for name, text in filled(console.get("answers?language=en").text, "#texts")
    ]
    assert console.submit("answers", english).status == 303
    known = shop.world.services.automatic_answers.settings(shop.advertiser.id)
    assert known.texts == {"fr": {"away": "Nous revenons à 9 h."}, "en": {"away": "Back at nine."}}
    assert console.submit("answers", pairs).status == 412, "somebody has changed it since"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("text-thanks", "Merci ! -10 % avec le code MERCI", "n’offre rien"),
        ("text-status.shipped", "Partie, {{ first_name }}", "une réponse connaît"),
        ("text-away", "Fermé {{ brand", "ne sont pas fermées"),
        ("text-away", "x" * 500, "459 caractères"),
    ],
)
def test_a_text_that_cannot_be_stands_beside_its_field(console: Browser, name: str, text: str, told: str) -> None:
    pairs = [(one, text if one == name else typed) for one, typed in filled(console.get("answers").text, "#texts")]
    page = console.submit("answers", pairs)
    assert page.status == 422 and told in error(page, name)
    assert dict(filled(page.text, "#texts"))[name] == text


def test_an_answer_at_hand_is_added_changed_and_removed(console: Browser, shop: Shop) -> None:
    added = saved(console, "answers/quick#new", name="Délai de livraison", text="Comptez trois jours.")
    assert added.headers["Location"].endswith("answers/quick?told=saved"), added.text
    place = "answers/quick/delai-de-livraison"
    page = console.get("answers/quick")
    pairs = changed(filled(page.text, place), **{"text-delai-de-livraison": "Deux jours."})
    assert console.submit(place, pairs).status == 303
    book = shop.world.services.quick_reply_book
    assert book.find(shop.advertiser.id, "delai-de-livraison").text == "Deux jours."
    offers = console.submit(place, changed(pairs, **{"text-delai-de-livraison": "-10 % pour vous"}))
    assert offers.status == 422 and "n’offre rien" in error(offers, "text-delai-de-livraison")
    assert console.submit(place, [*pairs, ("remove", "yes")]).headers["Location"].endswith("told=removed")
    assert "Aucune encore" in console.get("answers/quick").text


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"name": "", "text": "Oui."}, "name", "Donnez-lui un nom."),
        ({"name": "Taille", "text": ""}, "text", "À remplir."),
        ({"name": "delai", "text": "Deux jours."}, "name", "a déjà ce nom"),
    ],
)
def test_what_is_wrong_with_a_new_one_is_said(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    saved(console, "answers/quick#new", name="Délai", text="Trois jours.")
    page = saved(console, "answers/quick#new", **typed)
    assert page.status == 422 and told in error(page, field)
    assert f'value="{typed["name"]}"' in page.text


def test_who_is_told_that_somebody_waits(console: Browser, shop: Shop) -> None:
    assert "n’envoie pas encore d’e-mails" in words(console.get("answers/alerts"))
    given = {"emails": "service@shop.example, nadia@shop.example", "after_minutes": "10", "every_minutes": "30"}
    assert saved(console, "answers/alerts", **given).status == 303
    form = dict(filled(console.get("answers/alerts").text, "answers/alerts"))
    assert form["emails"] == "service@shop.example\nnadia@shop.example" and form["every_minutes"] == "30"
    wrong = saved(console, "answers/alerts", emails="chez moi", after_minutes="bientôt")
    assert wrong.status == 422 and "n’en est pas une" in error(wrong, "emails")
    assert error(wrong, "after_minutes") == "Un nombre de minutes." and "chez moi" in wrong.text


def test_an_agent_reads_the_answers_and_changes_none(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_agent", shop.advertiser.id, "agent")
    agent = Browser(api)
    assert agent.post("/console", key="rk_agent", agent="Nadia").status == 303
    page = agent.get("answers")
    assert page.status == 200 and "Enregistrer" not in page.text and "answers/alerts" not in page.text
    assert agent.get("answers/alerts").status == 403 and agent.get("answers/quick").status == 200
    assert agent.submit("answers", filled(page.text, "#texts")).status == 403
