"""The composer in the console: what a phone shows, what costs, what is refused; saved, tried, deleted."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.storage.templates import Template
from chalicelib.web.console_pages import composer_words
from tests.support.shop import CAMILLE, Shop
from tests.web.conftest import Answer
from tests.web.console_browser import Browser
from tests.web.console_pages.test_caps import words

GOOD = "Bonjour {{ first_name }}, votre panier : {{ link }}"


def typed(page: Answer, form: str = "composer") -> dict[str, str]:
    """Everything that a form holds."""
    (inner,) = re.findall(rf'<form id="{form}".*?>(.*?)</form>', page.text, re.S)
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"', inner)
        if name != "gsm_safe"
    }
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', inner, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    (text,) = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", inner, re.S)
    return fields | {"text": html.unescape(text).strip()}


@pytest.fixture
def saved(shop: Shop) -> Shop:
    shop.world.services.templates.save(shop.advertiser.id, Template("rappel", GOOD, journey="cart"))
    return shop


def test_the_list_tells_what_each_text_is_and_whether_it_can_leave(console: Browser, saved: Shop) -> None:
    saved.world.services.templates.save(saved.advertiser.id, Template("seul", "Bonjour, venez", journey="cart"))
    page = words(console.get("messages"))
    assert "Rappel" in page and "Panier abandonné" in page and "ne peut pas partir" in page
    assert "Ajoutez le lien personnel" in page


def test_a_text_is_read_without_its_braces() -> None:
    text = "{{ brand }} : {% if first_name %}{{ first_name | upper }}, {% endif %}{{ product }} {{ city_of }}"
    told = composer_words.pieces(text, lambda french, _: french)
    assert "".join(f"[{piece}]" if is_value else piece for piece, is_value in told) == (
        "[Marque] : [Prénom], [Produit] [city of]"
    )
    assert composer_words.title_of("abandoned_cart-hello") == "Abandoned cart hello"


def test_a_new_text_is_shown_as_its_recipient_sees_it_and_saved(console: Browser, shop: Shop) -> None:
    fields = typed(console.get("messages/_new")) | {"text": GOOD, "name": "Rappel panier n° 1"}
    page = console.post("messages/_new", **fields, do="preview")
    assert page.status == 200 and "Bonjour Camille, votre panier : https://r.example/" in words(page)
    assert "STOP" in words(page) and "1 SMS" in words(page)
    done = console.post("messages/_new", **fields, do="save")
    assert done.headers["Location"] == "../messages/rappel-panier-n-1?told=saved"
    known = shop.world.services.templates.get(shop.advertiser.id, "rappel-panier-n-1")
    assert known and (known.text, known.journey) == (GOOD, "cart")
    again = console.post("messages/_new", **fields, do="save")
    assert again.status == 422 and "a déjà ce nom" in words(again)


def test_the_character_that_costs_is_marked_and_replaced_in_one_click(console: Browser, shop: Shop) -> None:
    fields = typed(console.get("messages/_new")) | {"text": "Bonjour, c’est la fête, {{ first_name }} : {{ link }}"}
    page = console.post("messages/_new", **fields, do="preview")
    assert "<mark>’</mark>" in page.text and "<mark>ê</mark>" in page.text
    assert "Sans eux : 1 SMS au lieu de 2" in words(page)
    page = console.post("messages/_new", **fields, replace="ê")
    assert typed(page)["text"] == "Bonjour, c’est la fete, {{ first_name }} : {{ link }}"
    page = console.post("messages/_new", **fields, do="safe")
    assert typed(page)["text"] == "Bonjour, c'est la fete, {{ first_name }} : {{ link }}"
    assert "<mark>" not in page.text


def test_a_character_that_comes_from_a_value_is_told_apart(console: Browser) -> None:
    fields = typed(console.get("messages/_new")) | {"text": GOOD, "as_first_name": "Zoë"}
    page = console.post("messages/_new", **fields, do="preview")
    assert "ë (vient d’une valeur)" in words(page) and 'name="replace"' not in page.text


def test_the_contact_with_the_longest_text_is_shown(console: Browser, shop: Shop) -> None:
    person = shop.contact(CAMILLE, first_name="Marie-Alexandrine")
    shop.world.services.rosters.add([(shop.advertiser.id, person)])
    fields = typed(console.get("messages/_new"))
    page = console.post("messages/_new", **fields | {"text": GOOD, "audience": "1000"}, do="preview")
    assert "Bonjour Marie-Alexandrine" in words(page)


def test_what_refuses_a_text_stands_beside_it_and_keeps_it_from_being_saved(console: Browser, shop: Shop) -> None:
    fields = typed(console.get("messages/_new")) | {"name": "x", "text": "Bonjour, répondez OUI {{ agent.name }}"}
    page = console.post("messages/_new", **fields, do="preview")
    assert "personne ne signe encore" in words(page) or "Ajoutez le lien" in words(page)
    page = console.post("messages/_new", **fields, do="save")
    assert page.status == 422 and "Ce n’est pas enregistré" in words(page)
    assert typed(page)["text"] == fields["text"]


def test_a_value_is_put_in_without_a_script(console: Browser) -> None:
    fields = typed(console.get("messages/_new")) | {"text": "Bonjour"}
    assert typed(console.post("messages/_new", **fields, insert="{{ link }}"))["text"] == "Bonjour {{ link }}"


def test_htmx_gets_the_preview_alone(console: Browser) -> None:
    fields = typed(console.get("messages/_new")) | {"text": GOOD}
    told = {"Cookie": console.cookie, "HX-Request": "true"}
    part = console.api.ask("POST", "/console/messages/_new", fields, form=True, told=told)
    assert part.text.lstrip().startswith('<div class="phone"') and "<html" not in part.text


def test_of_two_people_the_second_sees_what_the_first_wrote(console: Browser, saved: Shop) -> None:
    fields = typed(console.get("messages/rappel"))
    assert console.post("messages/rappel", **fields | {"text": GOOD + " !"}, do="save").status == 303
    second = console.post("messages/rappel", **fields | {"text": GOOD + " ?"}, do="save")
    assert second.status == 412 and GOOD + " !" in words(second) and typed(second)["text"] == GOOD + " ?"
    assert console.post("messages/rappel", **typed(second), do="save").status == 303


def test_the_other_language_begins_with_the_same_text(console: Browser, saved: Shop) -> None:
    page = console.get("messages/_new?from=rappel&language=en")
    assert (typed(page)["language"], typed(page)["text"], typed(page)["name"]) == ("en", GOOD, "rappel-en")


def test_without_a_model_suggesting_says_so(console: Browser) -> None:
    fields = typed(console.get("messages/_new")) | {"text": GOOD}
    page = console.post("messages/_new", **fields, do="suggest")
    assert page.status == 200 and "Aucun modèle de langue" in words(page) and typed(page)["text"] == GOOD


def test_a_test_goes_to_a_phone_that_was_verified(console: Browser, saved: Shop) -> None:
    console.get("messages/rappel")
    token = typed(console.get("messages/rappel"))["token"]
    asked = console.post("messages/rappel/phones", token=token, phone="06 39 98 00 07")
    assert asked.status == 200, words(asked)
    code = re.findall(r"\d{6}", saved.world.provider.sent[-1].text)[0]
    (verification,) = re.findall(r'name="verification" value="([^"]+)"', asked.text)
    wrong = console.post(
        "messages/rappel/phones", token=token, phone="06 39 98 00 07", verification=verification, code="000000"
    )
    assert wrong.status == 422 and "pas le bon" in words(wrong)
    right = console.post(
        "messages/rappel/phones", token=token, phone="06 39 98 00 07", verification=verification, code=code
    )
    assert right.status == 303
    tested = console.post("messages/rappel/test", token=token)
    assert "…07 : parti" in words(tested)
    assert saved.world.provider.sent[-1].text.startswith("TEST")


def test_a_text_is_deleted(console: Browser, saved: Shop) -> None:
    token = typed(console.get("messages/rappel"))["token"]
    assert console.post("messages/rappel/delete", token=token).headers["Location"].endswith("messages?told=deleted")
    assert console.get("messages/rappel").status == 404
