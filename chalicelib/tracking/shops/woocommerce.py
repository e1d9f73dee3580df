"""WooCommerce's webhooks, by topic: payloads are those of its REST API, version 3.

https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/ and …/orders/. A refund stands in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from chalicelib.storage.shop_sources import Completed
from chalicelib.tracking.names import OrderStatus
from chalicelib.tracking.shops.told import (
    Attribute,
    Buyer,
    Currency,
    Happened,
    Id,
    Link,
    MaybeId,
    Money,
    Name,
    Notice,
    Number,
    Ordered,
    Payload,
    Personal,
    Quantity,
    arrived,
    bought,
    cookies,
    item,
    millis,
    sold,
    updated,
)

_BOUGHT = frozenset({"processing", "completed", "refunded", "shipped", "out-for-delivery", "delivered"})
_BECAME: Mapping[str, OrderStatus] = {
    "pending": "unpaid",
    "failed": "unpaid",
    "on-hold": "on_hold",
    "cancelled": "cancelled",
    "refunded": "refunded",
    # Statuses that shipping plugins add under these names.
    "shipped": "shipped",
    "out-for-delivery": "out_for_delivery",
    "delivered": "delivered",
}
_ON_THE_DOORSTEP = "cod"
"""Bought, and paid to the carrier."""


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


MaybeMoney = Annotated[Money | None, BeforeValidator(_none_if_empty)]


class _Address(Payload):
    phone: Personal = None
    email: Personal = None
    country: Personal = None


class _Line(Payload):
    product_id: MaybeId = None
    variation_id: MaybeId = None
    name: Name = None
    price: Money | None = None
    quantity: Quantity = 1


class _Refund(Payload):
    id: Id
    total: Money


class _Meta(Payload):
    key: str = ""
    value: Any = None


class _Order(Payload):
    id: Id
    number: Number = None
    status: str
    currency: Currency
    total: Money
    date_created_gmt: datetime
    date_modified_gmt: datetime | None = None
    date_paid_gmt: datetime | None = None
    date_completed_gmt: datetime | None = None
    payment_method: str = ""
    customer_id: MaybeId = None
    billing: _Address = _Address()
    shipping: _Address = _Address()
    line_items: tuple[_Line, ...] = ()
    refunds: tuple[_Refund, ...] = ()
    meta_data: tuple[_Meta, ...] = ()


class _Category(Payload):
    name: Name = None


class _Product(Payload):
    id: Id
    name: Name = None
    permalink: Link = None
    status: str = "publish"
    price: MaybeMoney = None
    stock_status: str = "instock"
    categories: tuple[_Category, ...] = ()
    variations: tuple[Id, ...] = ()
    date_modified_gmt: datetime | None = None


def read(topic: str, payload: Any, now: int, completed: Completed) -> Notice:
    """What a webhook tells. Raises pydantic's ValidationError where the payload is not what its topic has."""
    if topic in ("order.created", "order.updated", "order.restored"):
        return _order(payload, completed)
    reader = _READERS.get(topic)
    return reader(payload, now) if reader else Notice(ignored="topic")


def _order(payload: Any, completed: Completed) -> Notice:
    order = _Order.model_validate(payload)
    if order.status not in _BECAME and order.status not in _BOUGHT:
        return Notice(ignored="status")  # A draft, something in the bin, a plugin's own.
    created = millis(order.date_created_gmt)
    changed = millis(order.date_modified_gmt or order.date_created_gmt)
    number = order.number if order.number != order.id else None
    happened = [updated(order.id, "created", created, order_number=number)]
    if order.status in _BOUGHT or order.date_paid_gmt:
        happened += _paid(order, changed, number)
    status = completed if order.status == "completed" else _BECAME.get(order.status)
    at = millis(order.date_completed_gmt) if order.status == "completed" and order.date_completed_gmt else changed
    if status == "delivered":
        happened += arrived(order.id, at, order_number=number)
    elif status and not (status == "refunded" and order.refunds):
        happened.append(updated(order.id, status, at, order_number=number))
    happened += [told for refund in order.refunds for told in _given_back(order, refund, changed)]
    return Notice(tuple(happened), _buyer(order), Ordered(order.id, created))


def _paid(order: _Order, changed: int, number: str | None) -> list[Happened]:
    at = millis(order.date_paid_gmt) if order.date_paid_gmt else changed
    lines = [(line, line.product_id or line.variation_id) for line in order.line_items]
    items = [item(i, line.name, line.price, line.quantity) for line, i in lines if i]
    happened = [bought(order.id, at, items, order.total, order.currency, order_number=number)]
    if order.date_paid_gmt or order.payment_method != _ON_THE_DOORSTEP:
        happened.append(updated(order.id, "paid", at, order_number=number))
    return happened


def _given_back(order: _Order, refund: _Refund, at: int) -> list[Happened]:
    params = {"transaction_id": order.id, "value": str(abs(refund.total)), "currency": order.currency}
    return [updated(order.id, "refunded", at, refund.id), Happened("refund", refund.id, at, params)]


def _buyer(order: _Order) -> Buyer:
    visitor, click = cookies([Attribute(name=meta.key, value=meta.value) for meta in order.meta_data])
    phones = tuple(phone for phone in (order.billing.phone, order.shipping.phone) if phone)
    return Buyer(phones, order.billing.country or None, order.billing.email or None, order.customer_id, visitor, click)


def _product(payload: Any, now: int) -> Notice:
    told = _Product.model_validate(payload)
    product = sold(
        told.id,
        millis(told.date_modified_gmt) if told.date_modified_gmt else now,
        title=told.name,
        url=told.permalink,
        category=told.categories[0].name if told.categories else None,
        prices=[] if told.price is None else [told.price],
        variants=list(told.variations),
        available=told.status == "publish" and told.stock_status != "outofstock",
    )
    return Notice(products=(product,))


def _deleted_product(payload: Any, now: int) -> Notice:
    told = _Product.model_validate(payload)
    gone = sold(told.id, now, title=None, url=None, category=None, prices=[], variants=[], available=False)
    return Notice(products=(gone,))


_READERS: Mapping[str, Callable[[Any, int], Notice]] = {
    "product.created": _product,
    "product.updated": _product,
    "product.restored": _product,
    "product.deleted": _deleted_product,
}
