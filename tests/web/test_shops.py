"""Shop platforms over HTTP: registered by the admin API, then talking to their own address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.clock import HOUR
from chalicelib.storage.advertisers import digest
from tests.support.shop import CAMILLE, Shop
from tests.support.shop_webhooks import SECRET, payload, signed
from tests.web.conftest import Answer, Api, key_for

SHOPIFY = {"kind": "shopify", "secret": SECRET}


def register(api: Api, shop: Shop, body: Any, *, owner: str | None = None) -> Answer:
    key, advertiser = f"rk_{owner or shop.advertiser.id}", owner or shop.advertiser.id
    shop.world.services.admin_keys.grant(key, advertiser)
    return api.with_key(key).ask("POST", f"/v1/sites/{shop.site.id}/shops", body)


def post(api: Api, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    kind = {"Content-Type": "application/json"} | headers
    answer = api._client.http.post(path, headers=kind, body=body)
    return Answer(answer.status_code, answer.headers, answer.body.decode())


def test_a_shop_from_its_registration_to_an_order(api: Api, shop: Shop) -> None:
    created = register(api, shop, SHOPIFY)
    assert created.status == 201 and "secret" not in created.json
    assert SECRET not in str(shop.world.items())
    path = created.json["url"].removeprefix("https://r.example")
    body = json.dumps(payload("shopify_order")).encode()
    headers = {name.title(): value for name, value in signed("shopify", "orders/paid", body, 0).items()}

    refused = post(api, path, body + b"\n", headers)
    assert (refused.status, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert post(api, path, body, headers).json == {"outcome": "accepted"}
    assert post(api, path, body, headers | {"X-Shopify-Topic": "carts/update"}).json == {"outcome": "topic"}
    assert post(api, path, b"{}", signed("shopify", "orders/paid", b"{}", 0)).status == 422
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.contacts.get(shop.advertiser.id, person)


def test_a_secret_is_made_where_the_platform_has_none_and_woocommerce_tries_the_address(api: Api, shop: Shop) -> None:
    created = register(api, shop, {"kind": "woocommerce", "completed": "delivered"}).json
    assert created["secret"].startswith("rl_") and created["secret"] not in str(shop.world.items())
    path = created["url"].removeprefix("https://r.example")
    ping = post(api, path, b"webhook_id=12", {"Content-Type": "application/x-www-form-urlencoded"})
    assert (ping.status, ping.json) == (200, {"outcome": "ping"})
    body = json.dumps(payload("woocommerce_order")).encode()
    assert post(api, path, body, signed("woocommerce", "order.created", body, 0, created["secret"])).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "shopify"}, "secret"),
        ({"kind": "magento"}, "kind"),
        (SHOPIFY | {"secret": "short"}, "secret"),
        (SHOPIFY | {"country": "France"}, "country"),
        (SHOPIFY | {"wording": "never-registered"}, "wording"),
        (SHOPIFY | {"completed": "soon"}, "completed"),
    ],
)
def test_a_shop_that_cannot_work_is_not_registered(api: Api, shop: Shop, body: Any, field: str) -> None:
    refused = register(api, shop, body)
    assert refused.status == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert shop.world.of_type("shop_source") == []


def test_nobody_registers_a_shop_for_anothers_site(api: Api, shop: Shop) -> None:
    assert register(api, shop, SHOPIFY, owner="adv_01ARZ3NDEKTSV4RRFFQ69G5FAV").status == 404
    assert api.ask("POST", f"/v1/sites/{shop.site.id}/shops", SHOPIFY).status == 401


def test_an_address_that_nobody_has_is_not_found(api: Api) -> None:
    assert post(api, "/hooks/shops/shop_nobody", b"{}", {}).status == 404


def test_a_shop_is_listed_given_another_secret_and_taken_away(api: Api, shop: Shop) -> None:
    created = register(api, shop, SHOPIFY).json
    own, listed = api.with_key(f"rk_{shop.advertiser.id}"), f"/v1/sites/{shop.site.id}/shops"
    path, body = created["url"].removeprefix("https://r.example"), json.dumps(payload("shopify_order")).encode()

    def status(secret: str) -> int:
        told = signed("shopify", "orders/paid", body, 0, secret)
        return post(api, path, body, {name.title(): value for name, value in told.items()}).status

    (told,) = own.ask("GET", listed).json["shops"]
    assert (told["kind"], told["url"]) == ("shopify", created["url"]) and SECRET not in str(told)
    assert own.ask("POST", f"{listed}/{created['source']}/rotate", {}).status == 422, "Shopify tells its own"
    rotated = own.ask(
        "POST", f"{listed}/{created['source']}/rotate", {"secret": "another secret!!", "overlap_hours": 1}
    )
    assert "secret" not in rotated.json
    assert (status("another secret!!"), status(SECRET), status("a third secret!!")) == (200, 200, 403)
    shop.world.clock.advance(HOUR)
    assert (status("another secret!!"), status(SECRET)) == (200, 403)
    assert own.ask("DELETE", f"{listed}/{created['source']}").status == 200
    assert (own.ask("GET", listed).json["shops"], status("another secret!!")) == ([], 404)


def test_a_sites_secret_before_is_good_for_a_while(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    rotated = own.ask("POST", f"/v1/sites/{shop.site.id}/rotate", {"overlap_hours": 1}).json
    assert rotated["secret"] not in str(shop.world.items())
    consent = {"phone": CAMILLE, "given": {"sms_marketing": True}, "source": "checkout"}

    def status(secret: str) -> int:
        return api.with_key(secret).ask("POST", f"/v1/sites/{shop.site.id}/consents", consent).status

    assert (status(rotated["secret"]), status(shop.secret), status("rs_another")) == (201, 201, 401)
    shop.world.clock.advance(HOUR)
    assert (status(rotated["secret"]), status(shop.secret)) == (201, 401)


def test_whoever_read_a_site_before_takes_nothing_back(api: Api, shop: Shop) -> None:
    """Each container keeps what it read of a site for ten seconds."""
    own, site = api.with_key(key_for(shop, shop.advertiser.id)), f"/v1/sites/{shop.site.id}"
    own.ask("GET", site)
    shop.world.worker().advertisers.rotate_site(shop.site.id, digest("rs_next"), shop.world.clock.now() + HOUR)
    form: dict[str, Any] = {"incentive": None, "fields": []}
    assert own.ask("PUT", f"{site}/optin", form).status == 200
    assert own.ask("PUT", site, {"name": "Lumen Pro", "origins": ["https://shop.example"]}).status == 200

    changed = shop.world.worker().advertisers.site(shop.site.id)
    assert changed and (changed.secret_hash, changed.former_hash) == (digest("rs_next"), digest(shop.secret))
    assert changed.name == "Lumen Pro"
    assert own.ask("GET", f"{site}/optin").json == own.ask("PUT", f"{site}/optin", form).json
