"""One button stops everything, and the page shows that it stands still."""

from __future__ import annotations

import re

from chalicelib.clock import MINUTE
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.halts import HOLDS_WITHIN
from tests.support.journeys import ONE_STEP, start
from tests.support.shop import Shop
from tests.web.conftest import Api, key_for
from tests.web.console_browser import Browser, signed_in


def stop(console: Browser, **more: str) -> None:
    form = console.form(console.get("halt"))
    assert console.post("halt", **form | {"do": "stop", "why": "prix faux"} | more).status == 303


def test_it_stops_and_shows_that_nothing_has_left_since(console: Browser, shop: Shop) -> None:
    services, clock = shop.world.services, shop.world.clock
    shop.contact()
    first, second = shop.message(), shop.message()
    assert services.dispatch.send(first.id, first.version) == "sent"
    clock.advance(MINUTE)
    stop(console)
    page = console.get("halt").text
    assert "Arrêt en cours" in page and "prix faux" in page
    state = re.findall(r"live\?state=(\w+)", page)[0]
    assert console.get(f"halt/live?state={state}").status == 204
    clock.advance(HOLDS_WITHIN)
    assert services.dispatch.send(second.id, second.version) == "deferred"
    part = console.get(f"halt/live?state={state}")
    assert part.status == 200 and "Aucun SMS d’offre n’est parti depuis l’arrêt" in part.text
    assert re.search(r"SMS retenus</dt><dd><strong>1</strong>", part.text)

    form = console.form(console.get("halt"))
    assert console.post("halt", **form | {"do": "resume"}).status == 303
    assert "Les envois sont en marche" in console.get("halt?told=resumed").text
    assert services.halts.read(shop.advertiser.id) is None


def test_what_the_operator_stopped_stays_so(console: Browser, api: Api, shop: Shop) -> None:
    api.with_key(key_for(shop, OPERATOR)).ask("PUT", "/v1/halt", {"why": "panne"})
    page = console.get("halt").text
    assert "lui seul peut reprendre" in page and "panne" in page
    form = console.form(console.get("halt"))
    assert console.post("halt", **form, do="resume").status == 303, "there is nothing of its own to end"
    assert shop.world.services.halts.read("*")


def test_the_operator_stops_everybody(api: Api, shop: Shop) -> None:
    operator = signed_in(api, shop, "rk_op", scope=OPERATOR, advertiser=shop.advertiser.id)
    assert "Tous les annonceurs" in operator.get("halt").text
    stop(operator, scope="all")
    assert shop.world.services.halts.read("*") and not shop.world.services.halts.read(shop.advertiser.id)
    form = operator.form(operator.get("halt"))
    assert operator.post("halt", **form | {"do": "resume"}).status == 303
    assert shop.world.services.halts.read("*") is None


def test_a_campaign_that_stopped_by_itself_is_named_and_goes_on(console: Browser, api: Api, shop: Shop) -> None:
    start(shop, "cart-1", ONE_STEP)
    own = api.with_key(key_for(shop, shop.advertiser.id))
    own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}/halt?campaign=cart-1", {"why": "texte"})
    page = console.get("halt")
    assert "cart-1" in page.text and "texte" in page.text
    form = console.form(page) | {"campaign": "cart-1"}
    assert console.post("halt", **form, do="resume").status == 303
    assert "cart-1" not in console.get("halt").text


def test_who_may_only_read_sees_it_and_has_no_button(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, "reader")
    reader = Browser(api)
    assert reader.post("/console", key="rk_reads").status == 303
    page = reader.get("halt").text
    assert "Les envois sont en marche" in page and "Arrêter maintenant" not in page and 'class="stop"' not in page
