"""Purchases over the admin API: told by a till, and reported."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.events import from_item
from tests.links.test_conversions import clicked, totals
from tests.support.shop import CAMILLE, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream
from tests.web.conftest import Api

SALE = {"transaction_id": "till-7/12", "value": 49.9, "currency": "EUR", "phone": "06 39 98 00 01"}


def reach(api: Api, shop: Shop, scope: str) -> Api:
    shop.world.services.admin_keys.grant(f"rk_{scope}", scope)
    return api.with_key(f"rk_{scope}")


@pytest.fixture
def owner(api: Api, shop: Shop) -> Api:
    return reach(api, shop, shop.advertiser.id)


def tell(api: Api, shop: Shop, **changes: Any) -> int:
    body = {name: value for name, value in (SALE | changes).items() if value is not None}
    return api.with_key(shop.secret).ask("POST", f"/v1/sites/{shop.site.id}/conversions", body).status


@pytest.fixture
def sold(api: Api, shop: Shop, stream: Stream) -> None:
    """A till's sale to somebody who clicked an hour ago."""
    shop.contact(CAMILLE)
    clicked(shop).log()
    for _ in range(2):
        assert tell(api, shop) == 202
    stream.follow()


@pytest.mark.usefixtures("sold")
def test_a_tills_sale_is_put_down_to_the_sms(shop: Shop, owner: Api) -> None:
    assert totals(shop) == {
        "conversion.confirmed": 1,
        "conversion.in_store": 1,
        "revenue.confirmed.EUR": 49_900_000,
    }
    told = owner.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/conversions").json
    assert told["confirmed"] == {"purchases": 1, "revenue_micro": {"EUR": 49_900_000}}
    assert told["by_journey"]["cart"]["in_store"] == 1
    assert told["window_s"] == 5 * 24 * 3600
    (campaign,) = owner.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/traffic").json["campaigns"]
    assert (campaign["source"], campaign["medium"], campaign["campaign"]) == ("relance", "sms", "cart")
    assert (campaign["clicks"], campaign["unique_contacts"], campaign["confirmed"]["purchases"]) == (
        {"person": 1},
        1,
        1,
    )


@pytest.mark.usefixtures("sold")
def test_an_order_and_its_message_tell_of_each_other(shop: Shop, owner: Api) -> None:
    order = owner.ask("GET", f"/v1/sites/{shop.site.id}/conversions?transaction_id=till-7/12").json
    message = order["attributed_to"]["message"]
    assert order["sentence"].startswith("It is put down to the last click")
    told = owner.ask("GET", f"/v1/messages/{message}").json
    assert told["purchases"] == [order]
    person = shop.world.services.vault.person(CAMILLE)
    assert person not in str(order) and person not in str(told)


@pytest.mark.usefixtures("sold")
def test_two_refunds_of_an_order_are_two_and_one_told_twice_is_one(api: Api, shop: Shop) -> None:
    assert tell(api, shop, event="refund", value=10) == 422
    for refund in ("refund-number-001", "refund-number-001", "refund-number-002"):
        assert tell(api, shop, event="refund", id=refund, value=10) == 202
    for item in shop.world.of_type("event"):
        shop.world.services.trail.follow(from_item(item))
    assert totals(shop)["revenue.confirmed.EUR"] == 29_900_000


def test_an_order_that_no_sms_led_to_says_why(api: Api, shop: Shop, stream: Stream, owner: Api) -> None:
    shop.contact(CAMILLE)
    assert tell(api, shop) == 202
    stream.follow()
    told = owner.ask("GET", f"/v1/sites/{shop.site.id}/conversions?transaction_id=till-7/12").json
    assert (told["attributed_to"], told["reason"]) == (None, "no_click")
    sums = owner.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/conversions").json
    assert sums["not_attributed"] == {"no_click": 1}


def test_a_visit_tells_of_its_purchases(shop: Shop, stream: Stream, owner: Api) -> None:
    visitor = visitor_id()
    shop.tell(visitor, "purchase", params={"transaction_id": "web-1", "value": 5, "currency": "EUR"})
    stream.follow()
    told = owner.ask("GET", f"/v1/sites/{shop.site.id}/visitors/{visitor}").json
    assert [each["reason"] for each in told["purchases"]] == ["no_click"]


def test_other_advertisers_neither_tell_nor_see(api: Api, shop: Shop) -> None:
    other = open_shop(shop.world)
    stranger = reach(api, shop, other.advertiser.id)
    path = f"/v1/sites/{shop.site.id}/conversions"
    assert stranger.ask("POST", path, SALE).status == 404
    assert api.with_key(other.secret).ask("POST", path, SALE).status == 401
    assert stranger.ask("GET", f"{path}?transaction_id=till-7/12").status == 404
    for report in ("conversions", "traffic", "unsubscribes"):
        assert stranger.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/{report}").status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": None},
        {"phone": "no number"},
        {"phone": None, "email": "no address"},
        {"transaction_id": "two words"},
        {"value": -1},
        {"currency": "euro"},
        {"at": "2199-01-01T00:00:00Z"},
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(api: Api, shop: Shop, wrong: dict[str, Any]) -> None:
    body = {name: value for name, value in (SALE | wrong).items() if value is not None}
    answer = api.with_key(shop.secret).ask("POST", f"/v1/sites/{shop.site.id}/conversions", body)
    assert answer.status == 422
    assert "no number" not in answer.text and "no address" not in answer.text


def test_who_leaves_is_told_by_both_measures(api: Api, shop: Shop) -> None:
    shop.contact(CAMILLE)
    coming = clicked(shop)
    assert api.ask("POST", f"/u/{coming.link.code}", {"action": "stop_all"}, form=True).status == 200
    operator = reach(api, shop, OPERATOR)
    told = operator.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/unsubscribes").json
    assert (told["unsubscribed"], told["contacts"], told["of_contacts"]) == (1, 1, 1.0)


@pytest.mark.parametrize("matching", [True, False])
@pytest.mark.parametrize("named", [{"phone": "06 39 98 00 01"}, {"phone": None, "customer_id": "L-77"}])
def test_a_sale_in_the_store_ends_the_cart_of_whom_phone_or_loyalty_number_names(
    api: Api, shop: Shop, stream: Stream, named: dict[str, Any], *, matching: bool
) -> None:
    shop.contact(CAMILLE)
    card = Statement({"matching": matching}, shop.world.clock.now(), "loyalty")
    shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()
    assert [enrolment.reason for enrolment in shop.world.enrolments("cart")] == [None]

    # Who takes back the consent to be matched has bought all the same.
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE, customer_id="L-77"), card))
    assert tell(api, shop, **named, items=[{"item_id": "lamp", "price": 49.9}]) == 202
    stream.follow()

    assert [(one.state, one.reason) for one in shop.world.enrolments("cart")] == [("left", "purchased")]
    (bought,) = (item for item in shop.world.of_type("event") if item["name"] == "purchase")
    assert bought["params"]["items"] == [{"item_id": "lamp", "price": 49_900_000}]
