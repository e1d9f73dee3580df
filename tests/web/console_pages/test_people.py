"""Looking a person up, with a reason that stays on record; objecting, exporting, erasing."""

from __future__ import annotations

import json

import pytest

from chalicelib.storage.messages import reference
from tests.support.shop import CAMILLE, INES, Shop
from tests.web.conftest import Answer, Api, key_for
from tests.web.console_browser import Browser


def look_up(console: Browser, who: str, reason: str = "support") -> Answer:
    return console.post("people", **console.form(console.get("people")), who=who, reason=reason)


def test_a_person_is_found_by_any_of_their_names(console: Browser, shop: Shop) -> None:
    person = shop.contact(email="camille@example.com", first_name="Camille")
    for who in ("06 39 98 00 01", CAMILLE, " Camille@example.com "):
        found = look_up(console, who)
        assert (found.status, found.headers["Location"]) == (303, f"people/{person}?reason=support")


def test_the_file_says_everything_and_why_and_shows_no_number(console: Browser, shop: Shop) -> None:
    person = shop.contact(email="camille@example.com", first_name="Camille")
    sent = shop.message()
    shop.world.services.messages.commit([reference(sent)])
    shop.world.services.dispatch.send(sent.id, sent.version)
    page = console.get(f"people/{person}?reason=support").text
    assert "Camille" in page and "•• •• 01" in page and "Peut recevoir vos offres" in page
    assert "Parti." in page and "le registre est intact" in page
    assert CAMILLE not in page and "98 00 01" not in page and "camille@" not in page
    console.language = "en"
    assert "It was handed to the provider." in console.get(f"people/{person}?reason=support").text


def test_nobody_is_shown_without_a_reason(console: Browser, shop: Shop) -> None:
    person = shop.contact()
    assert console.get(f"people/{person}").headers["Location"] == "../people"
    refused = look_up(console, CAMILLE, "")
    assert refused.status == 422 and "Choisissez une raison." in refused.text and CAMILLE in refused.text


def test_the_reason_is_in_the_change_log(console: Browser, api: Api, shop: Shop) -> None:
    person = shop.contact()
    console.get(f"people/{person}?reason=dispute")
    own = api.with_key(key_for(shop, shop.advertiser.id))
    newest = own.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/audit").json["entries"][0]
    assert newest["asked"] == {"reason": "dispute"} and newest["target"]["person"] == person


def test_who_is_not_there_can_be_kept_out_all_the_same(console: Browser, shop: Shop) -> None:
    page = look_up(console, INES)
    assert page.status == 404 and "Personne de ce nom" in page.text
    assert console.post("people/object", **console.form(page)).status == 303
    ledger = shop.world.services.ledgers.get(shop.world.services.vault.person(INES))
    assert ledger.opposed[shop.advertiser.id].how == "objection"


@pytest.mark.parametrize(("who", "status"), [("", 422), ("06 39 98", 422), ("client-7", 404)])
def test_a_wrong_name_says_so(console: Browser, who: str, status: int) -> None:
    page = look_up(console, who)
    assert page.status == status
    assert ('id="who-error"' if status == 422 else "Personne de ce nom") in page.text


def test_a_refusal_is_noted(console: Browser, shop: Shop) -> None:
    person = shop.contact()
    form = console.form(console.get(f"people/{person}?reason=objection"))
    assert console.post(f"people/{person}/object", **form).status == 303
    assert "A dit STOP" in console.get(f"people/{person}?reason=objection&told=opposed").text


def test_everything_is_exported_as_a_file(console: Browser, shop: Shop) -> None:
    person = shop.contact()
    form = console.form(console.get(f"people/{person}?reason=portability"))
    file = console.post(f"people/{person}/export", **form | {"reason": "portability"})
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(file.text)["profile"]["phone"] == CAMILLE


def test_an_erasure_wants_its_word(console: Browser, shop: Shop) -> None:
    person = shop.contact()
    form = console.form(console.get(f"people/{person}?reason=erasure"))
    refused = console.post(f"people/{person}/erase", **form | {"word": "oui"})
    assert refused.status == 422 and "Rien n’est effacé" in refused.text and shop.world.of_type("contact")
    assert console.post(f"people/{person}/erase", **form | {"word": "effacer"}).status == 303
    assert not shop.world.of_type("contact")
    assert "C’est effacé" in console.get("people?told=erased").text
