"""Loading a list of contacts, and seeing what was refused and why, without a script."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from tests.support.shop import CAMILLE, PHONES, Shop
from tests.web.conftest import Answer
from tests.web.console_browser import Browser

LIST = (
    "mobile;prénom;opt-in sms;date consentement;source;club\n"
    "06 39 98 00 01;Camille;oui;31/01/2026;caisse;or\nnobody;Malik;oui;;caisse;or\n"
)


def load(console: Browser, rows: str, do: str = "check", **more: str) -> Answer:
    form = console.form(console.get("contacts"))
    return console.post("contacts", **form | {"rows": rows, "do": do, "day_first": "yes"} | more)


def test_a_list_is_checked_and_nothing_is_loaded_yet(console: Browser, shop: Shop) -> None:
    page = load(console, LIST)
    assert page.status == 200 and "Voici ce qui serait pris" in page.text
    assert "ce n’est pas un numéro de téléphone" in page.text and "date illisible" in page.text
    assert "Charger 1 contact<" in page.text and "club" in page.text
    assert not shop.world.of_type("contact")


def test_what_is_refused_can_be_downloaded(console: Browser) -> None:
    page = load(console, LIST)
    link = page.text.partition("data:text/csv;charset=utf-8,")[2].partition('"')[0]
    lines = unquote(link).splitlines()
    assert lines[1].startswith("3,Mobile,ce n’est pas un numéro de téléphone") and "nobody;Malik" in lines[1]


def test_a_list_is_loaded_with_its_proof(console: Browser, shop: Shop) -> None:
    text = {"wording": "new", "wording_name": "caisse-2026", "text.sms_marketing": "J'accepte les offres par SMS."}
    page = load(console, LIST, "load", **text)
    assert page.status == 200 and "C’est chargé" in page.text
    services = shop.world.services
    contact = services.contacts.get(shop.advertiser.id, services.vault.person(CAMILLE))
    assert contact and contact.consents["sms_marketing"].wording == "caisse-2026"
    assert contact.consents["sms_marketing"].wording_hash and contact.fields["club"] == "or"
    assert "caisse-2026" in console.get("contacts").text


def test_a_list_without_consents_asks_for_them_and_takes_one_answer_for_all(console: Browser, shop: Shop) -> None:
    bare = "mobile\n06 39 98 00 01\n"
    page = load(console, bare)
    assert page.status == 422 and "dites-le pour toute la liste" in page.text and 'role="alert"' in page.text
    said = {"all.consent.sms_marketing": "oui", "all.consent_at": "2026-01-31", "all.source": "salon"}
    assert "Charger 1 contact<" in load(console, bare, **said).text
    assert "C’est chargé" in load(console, bare, "load", **said).text


def test_a_column_with_a_strange_title_is_chosen(console: Browser) -> None:
    rows = "contact pour SMS;opt-in sms;date consentement;source\n06 39 98 00 01;oui;31/01/2026;caisse\n"
    page = load(console, rows)
    assert page.status == 422 and "Aucune colonne de mobiles" in page.text
    assert "<option>contact pour SMS</option>" in page.text
    assert "Charger 1 contact<" in load(console, rows, **{"map.phone": "contact pour SMS"}).text


@pytest.mark.parametrize("rows", ["", "   ", "mobile\n"])
def test_an_empty_list_says_so(console: Browser, rows: str) -> None:
    page = load(console, rows)
    assert page.status == 422 and 'role="alert"' in page.text


def test_a_piece_of_a_large_file_is_told_as_data(console: Browser, shop: Shop) -> None:
    form = console.form(console.get("contacts")) | {"rows": LIST, "do": "load", "day_first": "yes"}
    told = json.loads(console.post("contacts/piece", **form).text)
    assert (told["rows"], told["accepted"], told["refused"]) == (2, 1, 1)
    assert told["errors"][0] == {"line": 3, "field": "Mobile", "words": "ce n’est pas un numéro de téléphone"}
    nothing = json.loads(console.post("contacts/piece", **form | {"rows": "mobile\n06"}).text)
    assert "Aucune colonne" in nothing["problem"]


def test_the_base_shows_who_may_be_written_to(console: Browser, shop: Shop) -> None:
    people = [shop.contact(PHONES[1]), shop.contact(PHONES[2], marketing=False)]
    shop.world.services.rosters.add([(shop.advertiser.id, person) for person in people])
    page = console.get("contacts").text
    assert "Peuvent recevoir vos offres" in page and "Ont dit non aux offres" in page


def test_a_day_that_may_be_a_month_says_what_to_tick(console: Browser) -> None:
    rows = "mobile;opt-in sms;date consentement;source\n06 39 98 00 01;oui;01/02/2026;caisse\n"
    form = console.form(console.get("contacts"))
    assert "Cochez « Les dates" in console.post("contacts", **form, rows=rows, do="check").text
    assert "Charger 1 contact<" in load(console, rows).text


def test_a_list_without_titles_is_told_so_in_the_readers_words(console: Browser) -> None:
    page = load(console, "0639980001;Camille\n0639980002;Malik\n")
    assert page.status == 422 and "n’est pas encore lisible" in page.text
    assert "La première ligne doit porter les titres" in page.text and "--map" not in page.text


@pytest.mark.parametrize("rows", ["PK\x03\x04\x14\x00\x06\x00", "\x00\x01\x02;\x03\n"])
def test_what_is_no_list_is_told_how_to_make_one(console: Browser, rows: str) -> None:
    page = load(console, rows)
    assert page.status == 422 and "CSV UTF-8" in page.text.partition('role="alert"')[2].partition("</div>")[0]


def test_what_is_missing_is_named_each_time_and_a_found_column_stays_chosen(console: Browser) -> None:
    page = load(console, "phone\n06 39 98 00 01\n")
    assert "Il manque des réponses" in page.text
    assert [page.text.count(f"{word} ") for word in ("Quand ont-ils", "Où ont-ils", "Qui a accepté")] == [1, 1, 1]
    assert "<option selected>phone</option>" in page.text
