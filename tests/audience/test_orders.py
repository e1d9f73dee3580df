"""An order's events reach its buyer's contact, whatever each of them names."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chalicelib.audience.orders import Orders
from chalicelib.clock import HOUR
from chalicelib.storage.events import Event, from_item
from chalicelib.storage.visitors import Tie
from tests.support.shop import CAMILLE, MALIK, Shop, event, hashed, visitor_id
from tests.support.stream import Stream

EMAIL = "camille@mail.example"


@pytest.fixture
def orders(shop: Shop) -> Orders:
    return shop.world.services.orders


def told(shop: Shop, ids: dict[str, Any] | None = None, *, order: str = "1001", at: int = 0, **params: Any) -> Event:
    """An order's news as a back end tells it, as the trail's consumer finds it."""
    now = shop.world.clock.now()
    body = shop.body(None, ids=ids)
    body["events"] = [event("order_updated", now + at, {"transaction_id": order, "status": "paid", **params})]
    (result,) = shop.world.services.collector.batch(body, shop.server)
    assert result.status == "accepted", result
    (item,) = (kept for kept in shop.world.of_type("event") if kept["id"] == body["events"][0]["id"])
    return from_item(item)


def person_of(tie: Tie | None) -> str | None:
    return tie.person if tie else None


def test_a_buyer_who_never_agreed_to_matching_still_hears_of_the_order(shop: Shop, orders: Orders) -> None:
    camille = shop.contact(matching=None, marketing=None)
    assert person_of(orders.holder(told(shop, {"phone_sha256": hashed(CAMILLE)}), shop.site)) == camille


def test_what_names_its_order_only_is_about_whoever_the_order_is_of(shop: Shop, orders: Orders) -> None:
    camille = shop.contact(matching=None)
    orders.holder(told(shop, {"phone_sha256": hashed(CAMILLE)}), shop.site)

    assert person_of(orders.holder(told(shop, at=HOUR // 100), shop.site)) == camille
    assert orders.holder(told(shop, order="1002", at=HOUR // 50), shop.site) is None


def test_events_of_one_order_meet_whatever_names_the_buyer(shop: Shop, orders: Orders) -> None:
    camille = shop.contact(email=EMAIL, matching=None)
    named: list[dict[str, Any]] = [{"phone_sha256": hashed(CAMILLE)}, {"email_sha256": hashed(EMAIL)}, {}]
    found = {person_of(orders.holder(told(shop, ids, at=n), shop.site)) for n, ids in enumerate(named)}
    assert found == {camille}


def test_whose_an_order_is_does_not_depend_on_what_is_followed_first(shop: Shop, orders: Orders) -> None:
    camille = shop.contact(CAMILLE)
    shop.contact(MALIK)
    for number, order in enumerate(itertools.permutations([(CAMILLE, 0), (MALIK, 1_000)])):
        for phone, at in order:
            orders.holder(told(shop, {"phone_sha256": hashed(phone)}, order=f"o{number}", at=at), shop.site)
        assert person_of(orders.holder(told(shop, order=f"o{number}", at=2_000 + number), shop.site)) == camille


def test_a_browser_says_nothing_of_an_order(shop: Shop, orders: Orders) -> None:
    shop.contact(CAMILLE)
    visitor = visitor_id()
    params = {"transaction_id": "1001"}
    shop.tell(visitor, "purchase", ids={"phone_sha256": hashed(CAMILLE)}, params=params)
    (bought,) = shop.world.services.events.trail(shop.site.id, visitor)
    assert orders.holder(bought, shop.site) is None


def test_an_erasure_takes_the_order_along(shop: Shop, orders: Orders) -> None:
    camille = shop.contact(CAMILLE)
    orders.holder(told(shop, {"phone_sha256": hashed(CAMILLE)}), shop.site)
    shop.world.services.erasure.erase(shop.advertiser.id, camille)
    assert orders.holder(told(shop, at=1), shop.site) is None


def test_a_purchase_of_an_order_is_put_down_to_nobody_who_did_not_agree_to_matching(
    shop: Shop, orders: Orders, stream: Stream
) -> None:
    shop.contact(CAMILLE, matching=None)
    told(shop, {"phone_sha256": hashed(CAMILLE)})
    stream.follow()
    shop.tell(None, "purchase", caller=shop.server, params={"transaction_id": "1001"})
    stream.follow()
    conversion = shop.world.services.conversion_log.get(shop.site.id, "1001")
    assert conversion is not None and conversion.contacts == ()
