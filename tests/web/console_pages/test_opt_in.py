"""The opt-in form in the console: placed, set, seen before it is saved; texts of one's own; opting in by text."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in
from tests.web.console_pages.test_caps import words
from tests.web.filled_forms import Pairs, changed, filled


def settings(console: Browser, shop: Shop, **typed: str) -> Pairs:
    """The form of the settings, filled in; it goes to `place`."""
    return changed(filled(console.get("opt-in").text, "#settings"), **typed)


def place(shop: Shop) -> str:
    return f"opt-in/{shop.site.id}"


def test_the_form_is_pasted_in_a_colour_of_the_shops(console: Browser, shop: Shop) -> None:
    page = words(console.get("opt-in"))
    assert f'<script async src="https://r.example/w.js" data-site="{shop.site.id}" data-language="fr">' in page
    assert f"https://r.example/optin/{shop.site.id}" in page
    page = words(console.get(f"{place(shop)}?language=en&colour=%23ffee00"))
    assert """data-language="en" data-theme='{"accent": "#ffee00"}'>""" in page
    assert console.get(f"{place(shop)}?colour=red").status == 200


def test_what_it_offers_and_asks_is_seen_then_saved_then_shown_to_people(console: Browser, shop: Shop) -> None:
    typed = {
        "incentive_fr": "10 % offerts",
        "incentive_code": "merci10",
        "label_fr_0": "Votre pointure ?",
        "options_0": "36\n37\n",
        "notice_fr": "https://shop.example/vos-donnees",
    }
    seen = console.submit(place(shop), changed(settings(console, shop, **typed), do="preview"))
    assert "pas encore enregistré" in seen.text and "10 % offerts" in words(seen)
    assert shop.world.worker().advertisers.site(shop.site.id).optin == {}  # type: ignore[union-attr]
    saved = console.submit(place(shop), changed(filled(seen.text, "#settings"), do="save"))
    assert saved.headers["Location"].endswith("?told=saved")
    optin = shop.world.worker().advertisers.site(shop.site.id).optin  # type: ignore[union-attr]
    assert optin["incentive"] == {"text": {"fr": "10 % offerts", "en": "10 % offerts"}, "code": "MERCI10"}
    assert [(one["name"], one["type"], one["options"]) for one in optin["fields"]] == [
        ("votre_pointure", "select", ["36", "37"])
    ]
    shown = words(console.get(f"/optin/{shop.site.id}"))
    assert "Votre pointure ?" in shown and "10 % offerts" in shown
    emptied = settings(console, shop, label_fr_0="", label_en_0="", do="save")
    assert console.submit(place(shop), emptied).status == 303
    assert not shop.world.worker().advertisers.site(shop.site.id).optin["fields"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"incentive_fr": "10 %"}, "incentive_code", "De 3 à 40 lettres"),
        ({"incentive_code": "MERCI10"}, "incentive_fr", "À remplir."),
        ({"notice_fr": "shop.example"}, "notice_fr", "commence par https://"),
        ({"label_fr_0": "???"}, "label_fr_0", "pas écrit comme il faut"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_stays_typed(
    console: Browser, shop: Shop, typed: dict[str, str], field: str, told: str
) -> None:
    page = console.submit(place(shop), settings(console, shop, **typed, do="save"))
    assert page.status == 422 and told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    pairs = dict(filled(page.text, "#settings"))
    assert all(pairs.get(name) == text for name, text in typed.items())


def test_of_two_who_change_it_the_second_is_told(console: Browser, shop: Shop) -> None:
    mine, theirs = (settings(console, shop, incentive_fr=text, incentive_code="CODE", do="save") for text in "ab")
    assert console.submit(place(shop), mine).status == 303
    late = console.submit(place(shop), theirs)
    assert late.status == 412 and "entre-temps" in words(late) and 'value="b"' in late.text


def test_a_consent_text_of_ones_own_is_registered_and_chosen(console: Browser, shop: Shop) -> None:
    texts = {"own_sms": "J’accepte les SMS de Lumen.", "own_matching": "J’accepte le lien avec mes visites."}
    form = console.form(console.get("opt-in")) | {"wording_language": "fr"} | texts
    assert console.post(f"{place(shop)}/wording", **form).status == 303
    name = re.findall(r'<option value="(form-fr-\w+)"', console.get("opt-in").text)[0]
    saved = console.submit(place(shop), settings(console, shop, wording_fr=name, do="save"))
    assert saved.status == 303 and "J’accepte les SMS de Lumen." in words(console.get(f"/optin/{shop.site.id}"))
    empty = console.post(f"{place(shop)}/wording", **form | {"own_sms": " "})
    assert empty.status == 422 and "De 1 à 5 000" in re.findall(r'id="own_sms-error">([^<]*)<', empty.text)[0]


def test_the_operator_gives_the_number_that_takes_opt_ins(console: Browser, api: Api, shop: Shop) -> None:
    assert "Aucun numéro ne prend encore" in words(console.get("opt-in"))
    operator = signed_in(api, shop, "rk_op", scope="operator", advertiser=shop.advertiser.id)
    form = operator.form(operator.get("opt-in")) | {"number": "36 124", "poster": "Envoyez OUI au 36124"}
    wrong = operator.post(f"{place(shop)}/keyword", **form | {"number": "chez moi"})
    assert wrong.status == 422 and "Un numéro court" in re.findall(r'id="number-error">([^<]*)<', wrong.text)[0]
    assert operator.post(f"{place(shop)}/keyword", **form).status == 303
    assert "OUI au 36124" in words(console.get("opt-in"))
    assert console.post(f"{place(shop)}/keyword", **form | console.form(console.get("opt-in"))).status == 403


def test_of_several_sites_each_has_its_own(console: Browser, shop: Shop) -> None:
    form = console.form(console.get("sites/new")) | {"name": "Outlet", "origins": "https://outlet.example"}
    assert console.post("sites/new", **form).status == 200
    page = console.get("opt-in")
    assert "Outlet" in page.text and shop.site.id in page.text
