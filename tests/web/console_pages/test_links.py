"""Short links in the console: made, changed, counted, drawn; on the service's domain and on one's own."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in
from tests.web.console_pages.test_caps import words
from tests.web.filled_forms import changed, filled
from tests.web.test_lists import clicked


def made(console: Browser, **typed: str) -> str:
    """A link's page below /console/."""
    form = console.form(console.get("links")) | {"target": "shop.example/soldes", "tags": "affiche"} | typed
    done = console.post("links", **form)
    assert done.status == 303, done.text
    return str(re.findall(r"(links/[\w.~-]+)\?told=made", done.headers["Location"])[0])


def test_a_link_is_made_counted_drawn_and_led_elsewhere(console: Browser, shop: Shop) -> None:
    link = made(console, source="affiche", until="2027-01-01T00:00")
    code = link.removeprefix("links/")
    page = console.get(link)
    assert f"https://r.example/{code}" in page.text and "https://shop.example/soldes" in page.text
    assert 'src="data:image/svg+xml;base64,' in page.text and "1 janv. 2027, 00:00 (Paris)" in page.text
    now = shop.world.clock.now()
    for at, kind in enumerate(("person", "person", "preview", "bot")):
        clicked(shop, now + at, code, kind)
    told = words(console.get(link))
    assert "Clics de personnes 2" in told and "Machines (non comptées) 2" in told
    assert re.search(rf"r.example/{code} .* affiche 2 ", words(console.get("links")))
    pairs = changed(filled(console.get(link).text, "#change"), target="https://shop.example/ete", until="")
    assert ("source", "affiche") in pairs
    assert console.submit(link, pairs).headers["Location"].endswith("?told=saved")
    known = shop.world.services.links.get(code)
    assert known and (known.target, known.utm, known.settings.until) == (
        "https://shop.example/ete",
        {"source": "affiche"},
        None,
    )
    off = changed(filled(console.get(link).text, "#change"), disabled="yes")
    assert console.submit(link, off).status == 303 and "coupé" in console.get("links").text
    assert console.submit(link, pairs).status == 412, "somebody has changed it since"


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"target": ""}, "target", "À remplir."),
        ({"target": "http://10.0.0.1/"}, "target", "pas une adresse IP"),
        ({"target": "bit.ly/x"}, "target", "pas un autre lien court"),
        ({"since": "2027-01-02T00:00", "until": "2027-01-01T00:00"}, "until", "La fin vient après"),
        ({"expired_target": "javascript:x"}, "expired_target", "Une adresse comme"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    form = console.form(console.get("links")) | {"target": "shop.example", "tags": "gare"} | typed
    page = console.post("links", **form)
    assert page.status == 422 and told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    assert 'value="gare"' in page.text


def test_a_name_of_ones_own_stands_on_a_domain_that_the_operator_gave(console: Browser, api: Api, shop: Shop) -> None:
    assert 'name="slug"' not in console.get("links").text
    operator = signed_in(api, shop, "rk_op", scope="operator", advertiser=shop.advertiser.id)
    form = operator.form(operator.get("links"))
    wrong = operator.post("links/domains/give", **form | {"domain": "rien"})
    assert wrong.status == 422 and "go.maboutique.fr" in re.findall(r'id="domain-error">([^<]*)<', wrong.text)[0]
    assert operator.post("links/domains/give", **form | {"domain": "go.lumen.example"}).status == 303
    link = made(console, domain="go.lumen.example", slug="soldes")
    assert link == "links/go.lumen.example~soldes" and "https://go.lumen.example/soldes" in console.get(link).text
    again = console.form(console.get("links")) | {"target": "shop.example", "domain": "go.lumen.example"}
    taken = console.post("links", **again | {"slug": "soldes"})
    assert "Un lien porte déjà ce nom" in re.findall(r'id="slug-error">([^<]*)<', taken.text)[0]
    assert operator.post("links/domains/close", **form | {"domain": "go.lumen.example"}).status == 303
    assert 'name="slug"' not in console.get("links").text and console.get(link).status == 200


def test_links_are_told_by_pages(console: Browser) -> None:
    for number in range(21):
        made(console, tags=f"lot {number:02}")
    first = console.get("links")
    following = re.findall(r'href="(links\?after=[^"]+)"', first.text)[0]
    rest = console.get(following)
    told = re.findall(r"lot \d\d", first.text + rest.text)
    assert len(told) == 21 == len(set(told))
