"""What each platform's payload becomes: pure, by the fixtures of tests/vectors/shops."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.storage.advertisers import Site
from chalicelib.tracking.events import IncomingEvent
from chalicelib.tracking.shops import prestashop, shopify, woocommerce
from chalicelib.tracking.shops.told import Notice
from tests.support.shop_webhooks import payload

SITE = Site("site_" + "0" * 26, "adv", "Lumen", ("https://shop.example",), "")
NOW = 1_772_600_000_000
ORDER = "820982911946154508"


def of_shopify(topic: str, told: Any) -> Notice:
    return shopify.read(topic, told, SITE, NOW)


def of_woocommerce(told: Any, topic: str = "order.updated", completed: Any = "shipped") -> Notice:
    return woocommerce.read(topic, told, NOW, completed)


def statuses(notice: Notice) -> list[str]:
    """What happened, in a word each."""
    return [told.params.get("status", told.event) for told in notice.happened]


def params(notice: Notice, name: str) -> dict[str, Any]:
    """The params of the one event of a name or status, as they are stored."""
    (told,) = (one for one in notice.happened if name in (one.event, one.params.get("status")))
    event = IncomingEvent(id=told.id, event=told.event, time=told.time, params=dict(told.params))
    assert event.lacking == ()
    return event.params.model_dump(exclude_none=True, exclude_defaults=True)


BIKE = {"item_id": "632910392", "item_name": "Vélo Ardèche", "price": 149_900_000}
BOUGHT = {"value": 155_800_000, "currency": "EUR"}


@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/updated"])
def test_a_paid_order_is_a_purchase_whichever_topic_tells_of_it(topic: str) -> None:
    notice = of_shopify(topic, payload("shopify_order"))

    assert statuses(notice) == ["created", "paid", "purchase"]
    assert params(notice, "purchase") == {"transaction_id": ORDER, "items": [BIKE], "order_number": "1001", **BOUGHT}
    assert notice.buyer.phones == ("06 39 98 00 01", "06 39 98 00 01", "+33639980001")
    assert (notice.buyer.country, notice.buyer.email, notice.buyer.customer_id) == (
        "FR",
        "camille@mail.example",
        "207119551",
    )
    assert notice.buyer.visitor == "visitor-0123456789abcdef"
    assert notice.ordered is not None and notice.ordered.number == ORDER


@pytest.mark.parametrize(
    ("changes", "became"),
    [
        ({"financial_status": "pending"}, ["created", "unpaid"]),
        ({"financial_status": "partially_paid"}, ["created", "unpaid"]),
        ({"financial_status": "authorized"}, ["created", "on_hold"]),
        ({"financial_status": "voided"}, ["created", "cancelled"]),
        ({"financial_status": "pending", "cancelled_at": "2026-03-01T10:00:00+01:00"}, ["created", "cancelled"]),
        ({"financial_status": "pending", "payment_gateway_names": ["Cash on Delivery (COD)"]}, ["created"]),
        ({"cancelled_at": "2026-03-01T10:00:00+01:00"}, ["created", "paid", "purchase", "cancelled"]),
    ],
)
def test_an_order_that_is_not_paid_is_no_purchase(changes: dict[str, Any], became: list[str]) -> None:
    assert statuses(of_shopify("orders/updated", payload("shopify_order", **changes))) == became


def test_a_test_order_and_a_topic_that_nobody_needs_are_said_to_be_ignored() -> None:
    assert of_shopify("orders/create", payload("shopify_order", test=True)).ignored == "test_order"
    assert of_shopify("carts/update", {}).ignored == "topic"
    assert of_woocommerce(payload("woocommerce_order"), "coupon.created").ignored == "topic"
    assert of_woocommerce(payload("woocommerce_order", status="checkout-draft", date_paid_gmt=None)).ignored == "status"
    assert prestashop.read("cart", {}).ignored == "topic"


def test_parcels_say_where_they_are() -> None:
    sent = of_shopify("fulfillments/create", payload("shopify_fulfillment"))
    assert statuses(sent) == ["shipped"]
    told = params(sent, "shipped")
    assert told["tracking_url"] == "https://www.laposte.fr/outils/suivre-vos-envois?code=6A12345678901"
    assert (told["transaction_id"], told["order_number"]) == (ORDER, "1001")

    out = of_shopify("fulfillments/update", payload("shopify_fulfillment", shipment_status="out_for_delivery"))
    assert statuses(out) == ["shipped", "out_for_delivery"]
    assert out.happened[0] == sent.happened[0]

    there = of_shopify("fulfillment_events/create", payload("shopify_fulfillment_event"))
    assert statuses(there) == ["delivered", "delivered"]
    assert [told.event for told in there.happened] == ["order_updated", "delivered"]
    again = of_shopify("fulfillments/update", payload("shopify_fulfillment", shipment_status="delivered"))
    assert {told.id for told in there.happened} <= {told.id for told in again.happened}
    assert statuses(of_shopify("fulfillments/create", payload("shopify_fulfillment", status="cancelled"))) == []


def test_a_refund_is_of_money_and_a_return_of_goods() -> None:
    notice = of_shopify("refunds/create", payload("shopify_refund"))
    assert statuses(notice) == ["returned", "refunded", "refund"]
    assert params(notice, "refund") == {"transaction_id": ORDER, "value": 149_900_000, "currency": "EUR"}
    goods = of_shopify("refunds/create", payload("shopify_refund", transactions=[]))
    assert statuses(goods) == ["returned"]
    inside = of_shopify("orders/updated", payload("shopify_order", refunds=[payload("shopify_refund")]))
    assert {told.id for told in notice.happened} <= {told.id for told in inside.happened}


def test_a_checkout_is_a_cart_whose_link_shows_nobodys_address() -> None:
    notice = of_shopify("checkouts/update", payload("shopify_checkout"))
    assert params(notice, "begin_checkout") == {
        "items": [BIKE],
        "page_location": "https://shop.example/cart/808950810:1",
        **BOUGHT,
    }
    assert notice.ordered is None
    done = payload("shopify_checkout", completed_at="2026-02-28T18:41:00+01:00")
    assert of_shopify("checkouts/update", done).ignored == "completed_checkout"


@pytest.mark.parametrize(
    ("consent", "given"),
    [
        ({}, True),
        ({"state": "unsubscribed"}, False),
        ({"state": "not_subscribed"}, None),
        ({"state": "pending"}, None),
        ({"opt_in_level": "unknown"}, None),
        ({"consent_updated_at": None}, None),
    ],
)
def test_consent_is_taken_only_with_state_level_and_time(consent: dict[str, Any], given: bool | None) -> None:
    order = payload("shopify_order")
    order["customer"]["sms_marketing_consent"] |= consent
    said = of_shopify("orders/create", order).said
    assert (said.given if said else None) == given


def test_email_consent_says_nothing_of_sms() -> None:
    order = payload("shopify_order", buyer_accepts_marketing=True)
    del order["customer"]["sms_marketing_consent"]
    assert of_shopify("orders/create", order).said is None


def test_products_have_their_variants_and_their_cheapest_price() -> None:
    (bike,) = of_shopify("products/update", payload("shopify_product")).products
    assert (bike.id, bike.title, bike.category, bike.price) == ("632910392", "Vélo Ardèche", "Vélos", 149_900_000)
    assert (bike.url, bike.available) == ("https://shop.example/products/velo-ardeche", True)
    assert "808950811" in bike.variants
    (draft,) = of_shopify("products/update", payload("shopify_product", status="draft")).products
    assert not draft.available

    (woo,) = woocommerce.read("product.updated", payload("woocommerce_product"), NOW, "shipped").products
    assert (woo.id, woo.url, woo.variants) == ("93", "https://shop.example/produit/velo-ardeche/", ("94", "95"))
    (presta,) = prestashop.read("product", payload("prestashop_product")).products
    assert (presta.id, presta.category, presta.available) == ("7", "Vélos", True)


@pytest.mark.parametrize(
    ("changes", "became"),
    [
        ({}, ["created", "purchase", "paid"]),
        ({"status": "pending", "date_paid_gmt": None}, ["created", "unpaid"]),
        ({"status": "failed", "date_paid_gmt": None}, ["created", "unpaid"]),
        ({"status": "on-hold", "date_paid_gmt": None}, ["created", "on_hold"]),
        ({"status": "cancelled", "date_paid_gmt": None}, ["created", "cancelled"]),
        ({"payment_method": "cod", "date_paid_gmt": None}, ["created", "purchase"]),
        ({"status": "completed"}, ["created", "purchase", "paid", "shipped"]),
        ({"status": "delivered"}, ["created", "purchase", "paid", "delivered", "delivered"]),
        (
            {"status": "refunded", "refunds": [{"id": 3, "reason": "", "total": "-155.80"}]},
            ["created", "purchase", "paid", "refunded", "refund"],
        ),
        (
            {"refunds": [{"id": 3, "reason": "", "total": "-10.00"}]},
            ["created", "purchase", "paid", "refunded", "refund"],
        ),
    ],
)
def test_woocommerces_statuses(changes: dict[str, Any], became: list[str]) -> None:
    assert statuses(of_woocommerce(payload("woocommerce_order", **changes))) == became


def test_what_completed_means_is_the_shops_to_say() -> None:
    told = payload("woocommerce_order", status="completed", date_completed_gmt="2026-03-03T10:00:00")
    notice = of_woocommerce(told, completed="delivered")
    assert statuses(notice)[3:] == ["delivered", "delivered"]
    assert notice.happened[-1].time == 1_772_532_000_000


def test_a_purchase_of_woocommerce() -> None:
    notice = of_woocommerce(payload("woocommerce_order"), "order.created")
    assert params(notice, "purchase") == {"transaction_id": "727", "items": [BIKE | {"item_id": "93"}], **BOUGHT}
    assert (notice.buyer.customer_id, notice.buyer.visitor) == ("26", "visitor-0123456789abcdef")
    assert of_woocommerce(payload("woocommerce_order", customer_id=0)).buyer.customer_id is None


@pytest.mark.parametrize(
    ("state", "became"),
    [
        ({}, ["created", "purchase", "paid"]),
        ({"key": "PS_OS_BANKWIRE", "paid": False}, ["created", "unpaid"]),
        ({"key": "PS_OS_OUTOFSTOCK_UNPAID", "paid": False}, ["created", "on_hold"]),
        ({"key": "PS_OS_SHIPPING", "shipped": True}, ["created", "purchase", "paid", "shipped"]),
        ({"key": "PS_OS_DELIVERED", "shipped": True}, ["created", "purchase", "paid", "delivered", "delivered"]),
        ({"key": "PS_OS_CANCELED", "paid": False}, ["created", "cancelled"]),
        ({"key": None, "paid": True, "shipped": True}, ["created", "purchase", "paid", "shipped"]),
        ({"key": "A_STATE_OF_THE_SHOPS", "paid": False}, ["created"]),
    ],
)
def test_prestashops_states_by_key_and_by_flags(state: dict[str, Any], became: list[str]) -> None:
    told = payload("prestashop_order")
    told["state"] |= state
    assert statuses(prestashop.read("order", told)) == became


def test_prestashops_credit_slip_is_a_refund() -> None:
    notice = prestashop.read("slip", payload("prestashop_slip"))
    assert params(notice, "refund") == {"transaction_id": "5", "value": 149_900_000, "currency": "EUR"}


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = sorted({*payload("shopify_order"), *payload("woocommerce_order"), "order_id", "token", "status"})


@given(
    st.sampled_from(["orders/create", "checkouts/update", "fulfillments/create", "refunds/create", "products/update"]),
    st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING, max_size=4),
)
def test_whatever_is_sent_is_read_or_refused_by_field(topic: str, changes: dict[str, Any]) -> None:
    for told in (payload("shopify_order") | changes, payload("shopify_product") | changes, changes):
        try:
            notice = of_shopify(topic, told)
        except ValidationError:
            continue
        assert all(16 <= len(told.id) <= 64 for told in notice.happened)


@given(st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING, max_size=4))
def test_whatever_woocommerce_sends_is_read_or_refused_by_field(changes: dict[str, Any]) -> None:
    try:
        notice = of_woocommerce(payload("woocommerce_order") | changes)
    except ValidationError:
        return
    for told in notice.happened:
        assert told.params["transaction_id"]
