"""Promo codes in the console: pools are made, filled and run low; a code is looked up and used at the till."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser
from tests.web.console_pages.test_caps import words
from tests.web.filled_forms import changed, filled
from tests.web.test_admin_promos import issue

TEN = {"name": "Bienvenue", "worth": "10", "kind": "share", "valid_for_h": "24", "uses": "1", "low_stock": "2"}


def made(console: Browser, **other: str) -> str:
    """A pool's page below /console/."""
    form = console.form(console.get("promo-codes/new"))
    done = console.post("promo-codes/new", **form | TEN | other)
    assert done.status == 303
    return "promo-codes/" + str(re.findall(r"promo-codes/(pool_\w+)\?told=made", done.headers["Location"])[0])


def post(console: Browser, place: str, **fields: str) -> str:
    return words(console.post(place, **console.form(console.get("promo-codes/new")) | fields))


def test_a_pool_is_made_and_filled_and_its_stock_told(console: Browser) -> None:
    pool = made(console)
    page = words(console.get(pool))
    assert "−10 %" in page and "24 h à partir du SMS" in page and "Il n’en reste aucun" in page
    filled_up = console.post(
        f"{pool}/codes", **console.form(console.get("promo-codes/new")), fill="yes", fill_up_to="3"
    )
    assert "3 codes ajoutés" in words(filled_up)
    assert len(re.findall(r'name="made"[^>]*>\n([^<]*)<', filled_up.text)[0].split()) == 3, "for the shop to know"
    assert "1 code ajouté." in post(console, f"{pool}/codes", codes="GIFT-1\n")
    assert "1 code ajouté, 1 déjà là" in post(console, f"{pool}/codes", codes=" GIFT-1\n\nGIFT 2")
    page = words(console.get("promo-codes"))
    assert "Bienvenue" in page and "5 libres · 0 donnés · 0 utilisés" in page and "bientôt vide" not in page


def test_a_pool_that_runs_low_says_so_and_a_closed_one_too(console: Browser, shop: Shop) -> None:
    pool = made(console)
    post(console, f"{pool}/codes", codes="GIFT1\nGIFT2")
    assert "bientôt vide" in words(console.get("promo-codes")) and "Il en reste peu" in words(console.get(pool))
    assert "« Bienvenue » : bientôt plus de codes" in words(console.get("/console"))
    pairs = changed(filled(console.get(pool).text, pool), worth="7,50", kind="amount", closed="yes", valid_for_h="")
    assert console.submit(pool, pairs).status == 303
    page = words(console.get(pool))
    assert "−7,50 EUR" in page and "Sans date de fin" in page and "fermée" in page
    shown = dict(filled(console.get(pool).text, pool))
    assert (shown["worth"], shown["kind"], shown["closed"]) == ("7.5", "amount", "yes")


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"name": ""}, "name", "À remplir."),
        ({"worth": "101"}, "worth", "De 1 à 100 %"),
        ({"worth": "dix", "kind": "amount"}, "worth", "Un montant, comme"),
        ({"worth": ""}, "worth", "Un montant, comme"),
        ({"valid_for_h": "0"}, "valid_for_h", "C’est trop peu."),
        ({"since": "2026-12-02T10:00", "until": "2026-12-01T10:00"}, "until", "La fin vient après le début."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    form = console.form(console.get("promo-codes/new"))
    page = console.post("promo-codes/new", **form | TEN | typed)
    assert page.status == 422
    assert told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    assert "&quot;" not in page.text and ("name" in typed or 'value="Bienvenue"' in page.text)


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"codes": ""}, "codes", "au moins un code"),
        ({"codes": "GIFT1\nà vous\n!"}, "codes", "« à vous » n’est pas un code"),
        ({"fill": "yes", "fill_up_to": "5 000"}, "fill_up_to", "De 1 à 2 000"),
        ({"fill": "yes", "fill_up_to": ""}, "fill_up_to", "De 1 à 2 000"),
    ],
)
def test_codes_that_are_none_are_named(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    pool = made(console)
    page = console.post(f"{pool}/codes", **console.form(console.get(pool)) | typed)
    assert page.status == 422 and told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    assert typed.get("codes", "") in page.text


def test_a_code_is_looked_up_and_used_at_the_till(console: Browser, shop: Shop) -> None:
    pool = made(console)
    post(console, f"{pool}/codes", codes="GIFT1")
    assert "Un caractère est faux" in post(console, "promo-codes", code="GIFT9", do="look")
    assert "dans aucun SMS" in post(console, "promo-codes", code="gift1", do="look")
    assert issue(shop, pool.removeprefix("promo-codes/")) == "GIFT1"
    assert "valable" in post(console, "promo-codes", code="gift 1", do="look")
    assert "Ce n’est pas écrit comme il faut" in post(console, "promo-codes", code="GIFT1", order="", do="use")
    use = console.form(console.get(pool)) | {"code": "GIFT1", "order": "T-1"}
    assert console.post("promo-codes", **use, do="use").headers["Location"].endswith("promo-codes?told=used")
    assert "Ce code a déjà servi" in post(console, "promo-codes", code="GIFT1", order="T-2", do="use")
    assert console.post("promo-codes", **use, do="take_back").headers["Location"].endswith("told=taken_back")
    assert "1 donnés · 0 utilisés" in words(console.get("promo-codes"))


def test_who_may_only_read_is_offered_nothing_to_change(api: Api, shop: Shop, console: Browser) -> None:
    pool = made(console)
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, "reader")
    reader = Browser(api)
    reader.post("/console", key="rk_reads")
    page = reader.get(pool)
    assert page.status == 200 and "Ajouter des codes" not in page.text
    assert reader.post(f"{pool}/codes", **reader.form(page), codes="GIFT1").status == 403
