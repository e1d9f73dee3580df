"""Stopping marketing by the admin API: the operator everything, an advertiser itself."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, MINUTE
from chalicelib.storage.halts import HOLDS_WITHIN
from tests.support.journeys import ONE_STEP, start
from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api, key_for


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


def test_it_shows_that_all_stands_still(own: Api, operator: Api, shop: Shop) -> None:
    at = f"/v1/advertisers/{shop.advertiser.id}/halts"
    services, clock = shop.world.services, shop.world.clock
    quiet = own.ask("GET", at).json
    assert (quiet["service"], quiet["advertiser"], quiet["campaigns"]) == (None, None, [])
    assert (quiet["last_sent_at"], quiet["held_back"], quiet["holds_from"]) == (None, None, None)

    shop.contact()
    first, second = shop.message(), shop.message()
    assert services.dispatch.send(first.id, first.version) == "sent"
    left_at = clock.now()
    clock.advance(MINUTE)
    own.ask("PUT", at.removesuffix("s"), {"why": "wrong price"})
    clock.advance(HOLDS_WITHIN)
    assert services.dispatch.send(second.id, second.version) == "deferred"

    told = own.ask("GET", at).json
    assert told["advertiser"] == {"at": left_at + MINUTE, "by": shop.advertiser.id, "why": "wrong price"}
    assert told["last_sent_at"] == left_at
    assert told["held_back"]["messages"] == 1
    assert told["holds_from"] == told["at"]
    operator.ask("PUT", "/v1/halt", {"why": "complaints"})
    assert own.ask("GET", at).json["service"]["why"] == "complaints"


def test_the_last_sms_is_found_on_an_earlier_day(own: Api, shop: Shop) -> None:
    at = f"/v1/advertisers/{shop.advertiser.id}/halts"
    shop.contact()
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    left_at = shop.world.clock.now()
    shop.world.clock.advance(3 * DAY)
    assert own.ask("GET", at).json["last_sent_at"] == left_at
    shop.world.clock.advance(5 * DAY)
    assert own.ask("GET", at).json["last_sent_at"] is None


def test_campaigns_that_stand_still_are_named(own: Api, shop: Shop) -> None:
    start(shop, "cart-1", ONE_STEP)
    own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}/halt?campaign=cart-1", {"why": "text"})
    told = own.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/halts").json
    assert [(one["campaign"], one["why"]) for one in told["campaigns"]] == [("cart-1", "text")]
