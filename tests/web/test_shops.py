"""Shop platforms over HTTP: registered by the admin API, then talking to their own address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.shop import CAMILLE, Shop
from tests.support.shop_webhooks import SECRET, payload, signed
from tests.web.conftest import Answer, Api

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
