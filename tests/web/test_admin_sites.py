"""The admin API: an advertiser's sites."""

from __future__ import annotations

import pytest

from chalicelib.storage.advertisers import OPERATOR
from tests.support.shop import Shop
from tests.web.conftest import Api, key_for


def test_the_services_own_cookie_is_the_operators_to_allow_and_anybodys_to_end(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    operator = api.with_key(key_for(shop, OPERATOR))
    path, body = f"/v1/sites/{shop.site.id}", {"name": "Lumen", "origins": ["https://shop.example"]}
    assert own.ask("GET", path).json["network"] is False
    assert own.ask("PUT", path, body | {"network": True}).status == 403
    assert own.ask("GET", path).json["network"] is False
    assert operator.ask("PUT", path, body | {"network": True}).json["network"] is True
    assert own.ask("PUT", path, body).json["network"] is True, "as it was where nothing is said"
    assert own.ask("PUT", path, body | {"network": False}).json["network"] is False
    created = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", body | {"network": True})
    assert created.status == 422


def test_a_sites_cart_is_found_on_one_of_its_pages(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    path, body = f"/v1/sites/{shop.site.id}", {"name": "Lumen", "origins": ["https://shop.example"]}
    refused = own.ask("PUT", path, body | {"cart_url": "https://evil.example/{items}"})
    assert [(error["field"], error["rule"]) for error in refused.json["errors"]] == [("cart_url", "not_registered")]
    cart_url = "https://shop.example/cart/{items}"
    assert own.ask("PUT", path, body | {"cart_url": cart_url}).json["cart_url"] == cart_url
    assert own.ask("GET", path).json["cart_url"] == cart_url


def test_sensitive_categories_stay_marked_until_another_list_is_given(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    body = {"name": "Lumen", "origins": ["https://shop.example"]}
    marked = body | {"sensitive_categories": [" Santé ", "Santé"]}
    created = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", marked).json
    assert created["sensitive_categories"] == ["Santé"]
    path = f"/v1/sites/{created['site']}"
    assert own.ask("PUT", path, body).json["sensitive_categories"] == ["Santé"]
    assert own.ask("GET", path).json["sensitive_categories"] == ["Santé"]
    assert own.ask("PUT", path, body | {"sensitive_categories": []}).json["sensitive_categories"] == []


@pytest.mark.parametrize(
    "origin",
    [
        "shop.example",
        "https://shop.example/path",
        "javascript:x",
        "https://[",
        "",
        "http://10.0.0.8",
        "http://localhost",
        "https://r.example",
    ],
)
def test_an_origin_is_a_scheme_and_a_host(api: Api, shop: Shop, origin: str) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", {"name": "Lumen", "origins": [origin]})
    assert answer.status == 422


@pytest.mark.parametrize("hours", ["0", "745", "-1", "x", "1.5", "²", "٣", "9" * 5_000])
def test_hours_are_a_whole_number_in_range(api: Api, shop: Shop, hours: str) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask("GET", f"/v1/sites/{shop.site.id}/counts?hours={hours}")
    assert answer.status == 422
