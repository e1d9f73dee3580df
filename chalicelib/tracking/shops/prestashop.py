"""What the module in examples/prestashop sends. PrestaShop has hooks and a web service, and no webhooks of its own.

Fields are named as in its web service (https://devdocs.prestashop-project.org/9/webservice/resources/orders/). A
state is told by its configuration key (`PS_OS_SHIPPING`), since a shop may number its states anew, and by its flags
(https://devdocs.prestashop-project.org/9/webservice/resources/order_states/), which states that a shop adds have too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

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

_BECAME: Mapping[str, OrderStatus] = {
    "PS_OS_CHEQUE": "unpaid",
    "PS_OS_BANKWIRE": "unpaid",
    "PS_OS_ERROR": "unpaid",
    "PS_OS_COD_VALIDATION": "on_hold",
    "PS_OS_OUTOFSTOCK_UNPAID": "on_hold",
    "PS_OS_PAYMENT": "paid",
    "PS_OS_WS_PAYMENT": "paid",
    "PS_OS_OUTOFSTOCK_PAID": "paid",
    "PS_OS_PREPARATION": "paid",
    "PS_OS_SHIPPING": "shipped",
    "PS_OS_DELIVERED": "delivered",
    "PS_OS_CANCELED": "cancelled",
    "PS_OS_REFUND": "refunded",
}


class _Row(Payload):
    product_id: Id
    product_name: Name = None
    product_quantity: Quantity = 1
    unit_price_tax_incl: Money | None = None


class _Order(Payload):
    id: Id
    reference: Number = None
    date_add: datetime
    total_paid_tax_incl: Money
    id_customer: MaybeId = None
    order_rows: tuple[_Row, ...] = ()
    tracking_url: Link = None


class _State(Payload):
    key: str | None = None
    date_add: datetime
    """When the order came into the state."""
    paid: bool = False
    shipped: bool = False


class _Address(Payload):
    phone: Personal = None
    phone_mobile: Personal = None
    country: Personal = None
    """ISO 3166."""


class _Change(Payload):
    """An order came into a state (hook `actionOrderStatusPostUpdate`)."""

    order: _Order
    state: _State
    currency: Currency
    email: Personal = None
    address: _Address = _Address()
    cookies: tuple[Attribute, ...] = ()


class _Slip(Payload):
    """A credit slip was made (hook `actionOrderSlipAdd`)."""

    id: Id
    id_order: Id
    amount: Money
    currency: Currency
    date_add: datetime


class _Product(Payload):
    """A product was saved (hook `actionProductSave`)."""

    id: Id
    name: Name = None
    link: Link = None
    price: Money | None = None
    category: Name = None
    combinations: tuple[Id, ...] = ()
    available: bool = True
    date_upd: datetime


def read(topic: str, payload: Any) -> Notice:
    """What a call of the module tells. Raises pydantic's ValidationError where it lacks what its topic has."""
    reader = _READERS.get(topic)
    return reader(payload) if reader else Notice(ignored="topic")


def _order(payload: Any) -> Notice:
    told = _Change.model_validate(payload)
    order, created, at = told.order, millis(told.order.date_add), millis(told.state.date_add)
    status = _BECAME.get(told.state.key or "") or _by_flags(told.state)
    happened = [updated(order.id, "created", created, order_number=order.reference)]
    if told.state.paid or status == "paid":
        items = [
            item(r.product_id, r.product_name, r.unit_price_tax_incl, r.product_quantity) for r in order.order_rows
        ]
        total = (order.total_paid_tax_incl, told.currency)
        happened.append(bought(order.id, at, items, *total, order_number=order.reference))
        happened.append(updated(order.id, "paid", at, order_number=order.reference))
    params: dict[str, Any] = {"order_number": order.reference, "tracking_url": order.tracking_url}
    if status == "delivered":
        happened += arrived(order.id, at, **params)
    elif status and status != "paid":
        happened.append(updated(order.id, status, at, **params))
    return Notice(tuple(happened), _buyer(told), Ordered(order.id, created))


def _by_flags(state: _State) -> OrderStatus | None:
    if state.shipped:
        return "shipped"
    return "paid" if state.paid else None


def _buyer(told: _Change) -> Buyer:
    visitor, click = cookies(told.cookies)
    phones = tuple(phone for phone in (told.address.phone_mobile, told.address.phone) if phone)
    return Buyer(phones, told.address.country or None, told.email or None, told.order.id_customer, visitor, click)


def _slip(payload: Any) -> Notice:
    told = _Slip.model_validate(payload)
    params = {"transaction_id": told.id_order, "value": str(abs(told.amount)), "currency": told.currency}
    return Notice((Happened("refund", told.id, millis(told.date_add), params),))


def _product(payload: Any) -> Notice:
    told = _Product.model_validate(payload)
    product = sold(
        told.id,
        millis(told.date_upd),
        title=told.name,
        url=told.link,
        category=told.category,
        prices=[] if told.price is None else [told.price],
        variants=list(told.combinations),
        available=told.available,
    )
    return Notice(products=(product,))


_READERS: Mapping[str, Callable[[Any], Notice]] = {"order": _order, "slip": _slip, "product": _product}
