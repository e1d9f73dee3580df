"""Putting the snippet on a shop, and seeing what arrives, without a script."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.errors import Forbidden
from chalicelib.storage.events import from_item
from tests.support.shop import Shop, visitor_id
from tests.web.console_browser import Browser


def test_a_site_is_made_its_code_shown_and_its_secret_once(console: Browser, shop: Shop) -> None:
    form = console.form(console.get("sites/new"))
    given = form | {"name": "Lumen", "origins": "maboutique.fr/panier\nhttps://www.maboutique.fr"}
    made = console.post("sites/new", **given)
    assert made.status == 200
    assert "https://maboutique.fr, https://www.maboutique.fr" in made.text
    secret = re.findall(r"rs_[\w-]{20,}", made.text)
    site = re.findall(r"relance\(&#39;init&#39;,&#39;(site_\w+)&#39;", made.text)
    assert len(secret) == 1 and len(site) == 1
    again = console.post("sites/new", **given)
    assert secret[0] in again.text, "a form that is sent twice makes one site"
    assert secret[0] not in console.get(f"sites/{site[0]}").text
    assert site[0] in console.get("sites").text


def test_what_is_wrong_stands_beside_its_field_and_stays_typed(console: Browser) -> None:
    form = console.form(console.get("sites/new"))
    wrong = console.post("sites/new", **form | {"name": "Lumen", "origins": "pas une adresse"})
    assert wrong.status == 422
    right = console.post("sites/new", **console.form(wrong) | {"name": "Lumen", "origins": "maboutique.fr"})
    assert right.status == 200
    assert 'id="origins-error"' in wrong.text and "pas une adresse" in wrong.text and 'value="Lumen"' in wrong.text


@pytest.mark.parametrize("platform", ["html", "gtm", "shopify", "woocommerce", "prestashop"])
def test_each_platform_has_its_code(console: Browser, shop: Shop, platform: str) -> None:
    page = console.get(f"sites/{shop.site.id}?platform={platform}&tool=didomi")
    assert shop.site.id in page.text and "https://r.example" in page.text
    assert "your-service" not in page.text and "site_XXX" not in page.text
    assert ("didomi&#39;" in page.text) == (platform != "shopify")


def test_the_first_event_shows_and_an_open_page_hears_of_it(console: Browser, shop: Shop) -> None:
    page = console.get(f"sites/{shop.site.id}")
    assert "Rien n’est encore arrivé" in page.text
    state = re.findall(r"live\?state=(\w+)", page.text)[0]
    assert console.get(f"sites/{shop.site.id}/live?state={state}").status == 204
    shop.tell(visitor_id(), "page_view")
    for item in shop.world.of_type("event"):
        shop.world.services.trail.follow(from_item(item))
    part = console.get(f"sites/{shop.site.id}/live?state={state}")
    assert part.status == 200 and "Ça marche" in part.text and "Page vue" in part.text and "1 visiteur" in part.text


def test_an_address_that_was_refused_can_be_let_in(console: Browser, shop: Shop) -> None:
    console.get(f"sites/{shop.site.id}")
    stranger = replace(shop.browser, origin="https://www.shop.example")
    with pytest.raises(Forbidden):
        shop.tell(visitor_id(), "page_view", caller=stranger)
    page = console.get(f"sites/{shop.site.id}")
    assert "Ajouter https://www.shop.example" in page.text
    form = console.form(page)
    assert form["origin"] == "https://www.shop.example"
    assert console.post(f"sites/{shop.site.id}/allow", **form).status == 303
    known = shop.world.worker().advertisers.site(shop.site.id)
    assert known and known.origins == ("https://shop.example", "https://www.shop.example")


def test_settings_are_changed_unless_somebody_was_faster(console: Browser, shop: Shop) -> None:
    page = console.get(f"sites/{shop.site.id}/settings")
    form = console.form(page) | {"name": "Lumen 2", "origins": "https://shop.example", "sensitive": "Santé"}
    assert console.post(f"sites/{shop.site.id}/settings", **form).status == 303
    known = shop.world.worker().advertisers.site(shop.site.id)
    assert known and (known.name, known.sensitive) == ("Lumen 2", ("Santé",))
    late = console.post(f"sites/{shop.site.id}/settings", **form)
    assert late.status == 412 and 'role="alert"' in late.text


def test_a_shop_platform_is_registered(console: Browser, shop: Shop) -> None:
    form = console.form(console.get(f"sites/{shop.site.id}/shop"))
    refused = console.post(f"sites/{shop.site.id}/shop", **form, kind="shopify", secret="")
    assert refused.status == 422 and 'id="secret-error"' in refused.text
    form = console.form(console.get(f"sites/{shop.site.id}/shop"))
    made = console.post(f"sites/{shop.site.id}/shop", **form, kind="woocommerce", secret="")
    assert "https://r.example/hooks/shops/shop_" in made.text and "rl_" in made.text


def test_a_site_of_somebody_else_is_not_there(console: Browser, shop: Shop) -> None:
    assert console.get("sites/site_none").status == 404
