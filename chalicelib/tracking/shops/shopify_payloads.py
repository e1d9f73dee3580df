"""What is read of Shopify's payloads (https://shopify.dev/docs/api/admin-rest/latest/resources/order and its likes)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.tracking.shops.told import (
    MOST_ITEMS,
    Attribute,
    Buyer,
    Currency,
    Id,
    Link,
    MaybeId,
    Money,
    Name,
    Number,
    Payload,
    Personal,
    Quantity,
    Said,
    cookies,
    item,
    millis,
)

_LEVELS = frozenset({"single_opt_in", "confirmed_opt_in"})


class Address(Payload):
    """Where something goes, or whom it is billed to."""

    phone: Personal = None
    country_code: Personal = None


class SmsConsent(Payload):
    """What a customer said about SMS marketing."""

    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: datetime | None = None


class Customer(Payload):
    """Who buys."""

    id: MaybeId = None
    email: Personal = None
    phone: Personal = None
    sms_marketing_consent: SmsConsent | None = None


class Line(Payload):
    """A line of an order or a checkout."""

    id: MaybeId = None
    product_id: MaybeId = None
    variant_id: MaybeId = None
    title: Name = None
    price: Money | None = None
    quantity: Quantity = 1


class RefundLine(Payload):
    """Goods that a refund is about."""

    quantity: Quantity = 1
    restock_type: str | None = None
    line_item: Line | None = None


class Transaction(Payload):
    """Money that moved."""

    kind: str = ""
    status: str = ""
    amount: Money = Decimal(0)
    currency: Currency | None = None


class Refund(Payload):
    """What was given back of an order."""

    id: Id
    order_id: MaybeId = None
    created_at: datetime
    refund_line_items: tuple[RefundLine, ...] = ()
    transactions: tuple[Transaction, ...] = ()


class Fulfilment(Payload):
    """A parcel."""

    id: Id
    order_id: Id
    name: Number = None
    status: str | None = None
    created_at: datetime
    updated_at: datetime | None = None
    shipment_status: str | None = None
    tracking_url: Link = None
    email: Personal = None
    destination: Address | None = None


class FulfilmentEvent(Payload):
    """What a carrier says of a parcel."""

    order_id: Id
    fulfillment_id: Id
    status: str
    happened_at: datetime


class Placed(Payload):
    """What checkouts and orders have in common."""

    email: Personal = None
    phone: Personal = None
    created_at: datetime
    updated_at: datetime | None = None
    currency: Currency
    total_price: Money
    line_items: tuple[Line, ...] = ()
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    note_attributes: tuple[Attribute, ...] = ()

    def buyer(self) -> Buyer:
        """Who placed it: the order's own phone before the addresses', and those before the customer's."""
        customer, addresses = self.customer or Customer(), (self.shipping_address, self.billing_address)
        phones = [self.phone, *(address.phone for address in addresses if address), customer.phone]
        countries = [address.country_code for address in addresses if address and address.country_code]
        visitor, click = cookies(self.note_attributes)
        return Buyer(
            tuple(phone for phone in phones if phone),
            next(iter(countries), None),
            self.email or customer.email,
            customer.id,
            visitor,
            click,
        )

    def said(self) -> Said | None:
        """What the customer's SMS consent says, where state, level and time are told. That to e-mail says nothing."""
        told = self.customer.sms_marketing_consent if self.customer else None
        if not (self.customer and self.customer.phone and told and told.consent_updated_at):
            return None
        if told.state == "unsubscribed" or (told.state == "subscribed" and told.opt_in_level in _LEVELS):
            at = millis(told.consent_updated_at)
            return Said(self.customer.phone, told.state == "subscribed", at, told.opt_in_level or "")
        return None

    def items(self) -> list[dict[str, Any]]:
        """Its lines, by product: a variant is the same product."""
        lines = [(line, line.product_id or line.variant_id or line.id) for line in self.line_items]
        return [item(i, line.title, line.price, line.quantity) for line, i in lines if i][:MOST_ITEMS]


class Order(Placed):
    """An order, with its parcels and refunds."""

    id: Id
    name: Number = None
    test: bool = False
    financial_status: str | None = None
    cancelled_at: datetime | None = None
    payment_gateway_names: tuple[str, ...] = ()
    fulfillments: tuple[Fulfilment, ...] = ()
    refunds: tuple[Refund, ...] = ()


class Checkout(Placed):
    """A checkout that was begun."""

    token: Id
    completed_at: datetime | None = None
    abandoned_checkout_url: str | None = None


class Variant(Payload):
    """One of a product's variants."""

    id: Id
    price: Money | None = None
    inventory_management: str | None = None
    inventory_policy: str | None = None
    inventory_quantity: int | None = None


class Product(Payload):
    """A product."""

    id: Id
    title: Name = None
    handle: Name = None
    product_type: Name = None
    status: str = "active"
    published_at: datetime | None = None
    updated_at: datetime | None = None
    variants: tuple[Variant, ...] = ()
