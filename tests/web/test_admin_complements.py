"""What is offered with what, by the admin API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api, key_for

HELMET = {
    "item_id": "helmet",
    "item_name": "Casque",
    "page_location": "https://shop.example/c",
    "variants": ["h2"],
}
LOCK: dict[str, Any] = {"item_id": "lock", "item_name": "Antivol", "page_location": None, "variants": []}
RULES = {"complements": [{"item_id": "bike-1", "offers": [HELMET, LOCK]}, {"item_category": "Vélos", "offers": [LOCK]}]}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def at(shop: Shop) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/complements"


def test_rules_are_replaced_and_answered_as_they_were_given(own: Api, shop: Shop) -> None:
    assert own.ask("GET", at(shop)).json == {"complements": []}
    assert own.ask("PUT", at(shop), RULES).json == RULES
    assert own.ask("GET", at(shop)).json == RULES
    rule = shop.world.services.complements.get(shop.advertiser.id)[0]
    assert (rule.item, rule.offers[0].ids) == ("bike-1", ("helmet", "h2"))
    assert own.ask("PUT", at(shop), {"complements": []}).json == {"complements": []}


@pytest.mark.parametrize(
    "rule",
    [
        {"offers": [LOCK]},
        {"item_id": "a", "item_category": "b", "offers": [LOCK]},
        {"item_id": "a", "offers": []},
        {"item_id": "a", "offers": [LOCK | {"item_name": ""}]},
        {"item_id": "a", "offers": [LOCK | {"page_location": "javascript:1"}]},
        {"item_id": "a", "offers": [LOCK], "else": 1},
    ],
)
def test_a_rule_that_cannot_be_is_refused(own: Api, shop: Shop, rule: Any) -> None:
    assert own.ask("PUT", at(shop), {"complements": [rule]}).status == 422


def test_only_who_the_rules_are_of_reaches_them(api: Api, shop: Shop) -> None:
    other = api.with_key(key_for(shop, open_shop(shop.world).advertiser.id))
    assert other.ask("GET", at(shop)).status in (403, 404)
    assert other.ask("PUT", at(shop), RULES).status in (403, 404)
