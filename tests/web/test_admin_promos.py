"""Promo codes in the admin API: pools filled, codes used by orders on the web and at a till."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.promotions.desk import Reserved
from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api, key_for

TEN = {"name": "Ten", "benefit": {"kind": "share", "percent": 10}, "valid_for_h": 24, "low_stock": 1}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def at(shop: Shop, rest: str) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/{rest}"


def issue(shop: Shop, pool: str) -> str:
    reserved = shop.world.services.promo_desk.reserve(shop.advertiser.id, pool, "msg_1", ["Europe/Paris"])
    assert isinstance(reserved, Reserved)
    shop.world.services.table.transact(reserved.writes)
    return reserved.code.code


def test_a_code_from_its_pool_to_the_till(own: Api, shop: Shop) -> None:
    made = own.ask("POST", at(shop, "promo-pools"), TEN)
    assert made.status == 201 and made.json["stock"] == {"free": 0, "issued": 0, "redeemed": 0}
    pool = made.json["pool"]
    filled = own.ask("POST", at(shop, f"promo-pools/{pool}/codes"), {"fill_up_to": 3})
    assert len(filled.json["added"]) == 3
    code = issue(shop, pool)
    told = own.ask("GET", at(shop, f"promo-codes/{code.lower()}")).json
    assert told["redeemable"] and told["benefit"] == {"kind": "share", "percent": 10}
    used = own.ask("POST", at(shop, f"promo-codes/{code}/redemptions"), {"order": "T-1", "channel": "till"})
    assert used.status == 200 and used.json["channel"] == "till"
    again = own.ask("POST", at(shop, f"promo-codes/{code}/redemptions"), {"order": "T-1"})
    assert again.json == used.json
    refused = own.ask("POST", at(shop, f"promo-codes/{code}/redemptions"), {"order": "T-2"})
    assert (refused.status, refused.json["detail"]) == (409, "used_up")
    assert own.ask("GET", at(shop, f"promo-pools/{pool}")).json["stock"] == {"free": 2, "issued": 1, "redeemed": 1}
    assert own.ask("DELETE", at(shop, f"promo-codes/{code}/redemptions/T-1")).status == 200
    assert own.ask("DELETE", at(shop, f"promo-codes/{code}/redemptions/T-1")).status == 404
    assert own.ask("GET", at(shop, f"promo-codes/{code}")).json["reason"] is None


def test_a_pool_is_changed_and_listed_with_its_stock(own: Api, shop: Shop) -> None:
    pool = own.ask("POST", at(shop, "promo-pools"), TEN).json["pool"]
    added = own.ask("POST", at(shop, f"promo-pools/{pool}/codes"), {"codes": ["AB-1C", "ab1c", "XY2Z"]})
    assert (added.json["added"], added.json["known"]) == (["AB1C", "XY2Z"], 1)
    changed = own.ask("PUT", at(shop, f"promo-pools/{pool}"), TEN | {"closed": True, "low_stock": 5})
    assert changed.status == 200 and changed.json["closed"] and changed.json["low"]
    listed = own.ask("GET", at(shop, "promo-pools")).json["pools"]
    assert [(entry["pool"], entry["stock"]["free"]) for entry in listed] == [(pool, 2)]
    assert own.ask("PUT", at(shop, "promo-pools/pool_no"), TEN).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (TEN | {"benefit": {"kind": "share", "percent": 101}}, "benefit.share.percent"),
        (TEN | {"benefit": {"kind": "amount", "amount_micro": 5}}, "benefit.amount.currency"),
        (TEN | {"benefit": {"kind": "gift"}}, "benefit"),
        (TEN | {"uses": -1}, "uses"),
        (TEN | {"since": 5, "until": 5}, "until"),
        (TEN | {"colour": "red"}, "colour"),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused(own: Api, shop: Shop, body: Any, field: str) -> None:
    refused = own.ask("POST", at(shop, "promo-pools"), body)
    assert refused.status == 422 and [error["field"] for error in refused.json["errors"]] == [field]


def test_unknown_and_mistyped_codes_are_told_apart(own: Api, shop: Shop) -> None:
    for code, reason in (("22222222D", "mistyped_code"), ("nothing", "mistyped_code")):
        asked = own.ask("GET", at(shop, f"promo-codes/{code}"))
        assert (asked.status, asked.json["detail"]) == (404, reason)


def test_another_advertisers_codes_are_out_of_reach(api: Api, own: Api, shop: Shop) -> None:
    pool = own.ask("POST", at(shop, "promo-pools"), TEN).json["pool"]
    own.ask("POST", at(shop, f"promo-pools/{pool}/codes"), {"codes": ["AB1C"]})
    code = issue(shop, pool)
    rival = open_shop(shop.world)
    key = api.with_key(key_for(shop, rival.advertiser.id))
    assert key.ask("GET", at(shop, f"promo-pools/{pool}")).status == 403
    assert key.ask("POST", at(shop, f"promo-codes/{code}/redemptions"), {"order": "o"}).status == 403
    assert key.ask("GET", at(rival, f"promo-pools/{pool}")).status == 404
    assert key.ask("POST", at(rival, f"promo-codes/{code}/redemptions"), {"order": "o"}).status == 404
