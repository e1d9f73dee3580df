"""Shopify's webhooks, by topic (https://shopify.dev/docs/api/webhooks): payloads are those of its REST resources.

An order's payload holds its fulfilments and refunds too. Each thing that happened has one key, so it does not matter
which topic tells of it first, or how often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from chalicelib.storage.advertisers import Site
from chalicelib.tracking.names import OrderStatus
from chalicelib.tracking.shops.shopify_payloads import (
    Address,
    Checkout,
    Fulfilment,
    FulfilmentEvent,
    Order,
    Product,
    Refund,
    Variant,
)
from chalicelib.tracking.shops.told import Buyer, Happened, Notice, Ordered, arrived, bought, millis, sold, updated

_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_UNPAID = frozenset({"pending", "partially_paid", "expired"})
_ON_THE_DOORSTEP = ("cash on delivery", "contre remboursement")
"""Parts of the names of ways to pay that are no reason to ask for money before the parcel comes."""


def read(topic: str, payload: Any, site: Site, now: int) -> Notice:
    """What a webhook tells. Raises pydantic's ValidationError where the payload is not what its topic has."""
    if topic in ("products/create", "products/update"):
        return _product(payload, site, now)
    if topic == "products/delete":
        return _deleted_product(payload, now)
    reader = _READERS.get(topic)
    return reader(payload) if reader else Notice(ignored="topic")


def _order(payload: Any) -> Notice:
    order = Order.model_validate(payload)
    if order.test:
        return Notice(ignored="test_order")
    number = order.name
    created, changed = millis(order.created_at), millis(order.updated_at or order.created_at)
    happened = [updated(order.id, "created", created, order_number=number)]
    if order.financial_status in _PAID:
        happened.append(updated(order.id, "paid", changed, order_number=number))
        total = (order.total_price, order.currency)
        happened.append(bought(order.id, changed, order.items(), *total, order_number=number))
    elif order.cancelled_at is None and (status := _waiting(order)):
        happened.append(updated(order.id, status, changed, order_number=number))
    if order.cancelled_at or order.financial_status == "voided":
        happened.append(updated(order.id, "cancelled", millis(order.cancelled_at or order.created_at)))
    for fulfilment in order.fulfillments:
        happened += _shipment(fulfilment)
    for refund in order.refunds:
        happened += _given_back(order.id, refund, order.currency)
    return Notice(tuple(happened), order.buyer(), Ordered(order.id, created), order.said())


def _waiting(order: Order) -> OrderStatus | None:
    if order.financial_status == "authorized":
        return "on_hold"
    later = any(part in name.lower() for name in order.payment_gateway_names for part in _ON_THE_DOORSTEP)
    return "unpaid" if order.financial_status in _UNPAID and not later else None


def _fulfilment(payload: Any) -> Notice:
    told = Fulfilment.model_validate(payload)
    address = told.destination or Address()
    buyer = Buyer((address.phone,) if address.phone else (), address.country_code, told.email)
    return Notice(tuple(_shipment(told)), buyer)


def _shipment(told: Fulfilment) -> list[Happened]:
    if told.status != "success":
        return []
    number = told.name.partition(".")[0] if told.name else None  # Its own: that of its order, a dot, a number.
    params = {"order_number": number, "tracking_url": told.tracking_url}
    happened = [updated(told.order_id, "shipped", millis(told.created_at), told.id, **params)]
    at = millis(told.updated_at or told.created_at)
    return happened + _on_its_way(told.order_id, told.id, told.shipment_status, at, params)


def _fulfilment_event(payload: Any) -> Notice:
    told = FulfilmentEvent.model_validate(payload)
    happened = _on_its_way(told.order_id, told.fulfillment_id, told.status, millis(told.happened_at), {})
    return Notice(tuple(happened)) if happened else Notice(ignored="status")


def _on_its_way(order: str, parcel: str, status: str | None, at: int, params: Mapping[str, Any]) -> list[Happened]:
    if status == "out_for_delivery":
        return [updated(order, "out_for_delivery", at, parcel, **params)]
    return list(arrived(order, at, parcel, **params)) if status == "delivered" else []


def _refund(payload: Any) -> Notice:
    told = Refund.model_validate(payload)
    return Notice(tuple(_given_back(told.order_id or "", told, None))) if told.order_id else Notice(ignored="order")


def _given_back(order: str, told: Refund, currency: str | None) -> list[Happened]:
    """Money that was given back, and goods that came back: a refund may be of either, or both."""
    at, happened = millis(told.created_at), []
    if any(line.restock_type == "return" for line in told.refund_line_items):
        happened.append(updated(order, "returned", at, told.id))
    paid = [one for one in told.transactions if one.kind == "refund" and one.status == "success"]
    total = sum((one.amount for one in paid), Decimal(0))
    if total > 0:
        params = {"transaction_id": order, "value": str(total), "currency": paid[0].currency or currency}
        happened.append(updated(order, "refunded", at, told.id))
        happened.append(Happened("refund", told.id, at, {name: value for name, value in params.items() if value}))
    return happened


def _checkout(payload: Any) -> Notice:
    told = Checkout.model_validate(payload)
    if told.completed_at:
        return Notice(ignored="completed_checkout")
    at = millis(told.updated_at or told.created_at)
    params: dict[str, Any] = {"items": told.items(), "value": str(told.total_price), "currency": told.currency}
    if page := _cart_link(told):
        params["page_location"] = page
    happened = Happened("begin_checkout", f"{told.token}|{at}", at, params, browsers=True)
    return Notice((happened,), told.buyer(), said=told.said())


def _cart_link(told: Checkout) -> str | None:
    """A link that fills the cart anew. Shopify's own recovery link shows the buyer's address to whoever opens it.

    https://shopify.dev/docs/apps/build/checkout/create-cart-permalinks
    """
    shop = urlsplit(told.abandoned_checkout_url or "")
    lines = [f"{line.variant_id}:{line.quantity}" for line in told.line_items if line.variant_id and line.quantity]
    return f"https://{shop.netloc}/cart/{','.join(lines)}" if shop.netloc and lines else None


def _product(payload: Any, site: Site, now: int) -> Notice:
    told = Product.model_validate(payload)
    address = f"{site.origins[0]}/products/{told.handle}" if site.origins and told.handle else None
    product = sold(
        told.id,
        millis(told.updated_at) if told.updated_at else now,
        title=told.title,
        url=address,
        category=told.product_type,
        prices=[variant.price for variant in told.variants if variant.price is not None],
        variants=[variant.id for variant in told.variants],
        available=told.status == "active" and told.published_at is not None and any(map(_in_stock, told.variants)),
    )
    return Notice(products=(product,))


def _deleted_product(payload: Any, now: int) -> Notice:
    told = Product.model_validate(payload)
    gone = sold(told.id, now, title=None, url=None, category=None, prices=[], variants=[], available=False)
    return Notice(products=(gone,))


def _in_stock(variant: Variant) -> bool:
    if variant.inventory_management is None or variant.inventory_policy == "continue":
        return True
    return (variant.inventory_quantity or 0) > 0


_READERS: Mapping[str, Callable[[Any], Notice]] = {
    "orders/create": _order,
    "orders/paid": _order,
    "orders/updated": _order,
    "orders/cancelled": _order,
    "fulfillments/create": _fulfilment,
    "fulfillments/update": _fulfilment,
    "fulfillment_events/create": _fulfilment_event,
    "refunds/create": _refund,
    "checkouts/create": _checkout,
    "checkouts/update": _checkout,
}
