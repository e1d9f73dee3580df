"""Stopping marketing by the admin API: the operator everything, an advertiser itself."""

from __future__ import annotations

import pytest

from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api
from tests.web.test_admin import key_for


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, "operator"))


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def test_the_operator_stops_everything_and_lets_it_go_on(operator: Api, own: Api) -> None:
    assert operator.ask("GET", "/v1/halt").json == {"halted": False}
    told = operator.ask("PUT", "/v1/halt", {"why": "complaints"}).json
    assert (told["halted"], told["by"], told["why"]) == (True, "operator", "complaints")
    assert operator.ask("PUT", "/v1/halt", {"why": "again"}).json == told
    for method in ("GET", "PUT", "DELETE"):
        assert own.ask(method, "/v1/halt", {}).status == 403
    assert operator.ask("DELETE", "/v1/halt").json == operator.ask("DELETE", "/v1/halt").json == {"halted": False}


def test_an_advertiser_stops_itself_or_a_campaign(own: Api, shop: Shop) -> None:
    at = f"/v1/advertisers/{shop.advertiser.id}/halt"
    assert own.ask("PUT", f"{at}?campaign=cart", {}).json["by"] == shop.advertiser.id
    assert own.ask("GET", at).json == {"halted": False}
    assert own.ask("GET", f"{at}?campaign=cart").json["halted"]
    assert own.ask("DELETE", f"{at}?campaign=cart").json == {"halted": False}


def test_what_the_operator_stopped_only_the_operator_lets_go_on(operator: Api, own: Api, shop: Shop) -> None:
    at = f"/v1/advertisers/{shop.advertiser.id}/halt"
    operator.ask("PUT", at, {})
    assert own.ask("DELETE", at).status == 403
    assert operator.ask("DELETE", at).json == {"halted": False}


def test_another_advertiser_stops_nobody_else(api: Api, operator: Api, shop: Shop) -> None:
    rival = api.with_key(key_for(shop, open_shop(shop.world).advertiser.id))
    at = f"/v1/advertisers/{shop.advertiser.id}/halt"
    assert [rival.ask(method, at, {}).status for method in ("GET", "PUT", "DELETE")] == [403] * 3
    assert operator.ask("PUT", "/v1/advertisers/adv_no/halt", {}).status == 404
