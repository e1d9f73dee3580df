"""What a shop platform tells, in Relance's words: whoever bought, what happened, what was said, what is sold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from chalicelib.storage.catalogue import Product
from chalicelib.tracking.events import Amount, Page, Strict, Title, Token
from chalicelib.tracking.names import EventName, OrderStatus

MOST_ITEMS = 50
_LONGEST_NAME = 500
_LONGEST_LINK = 2_000
_REFERENCE = re.compile(r"[A-Za-z0-9._:/-]{1,100}")
_TOKEN: TypeAdapter[str] = TypeAdapter(Token)


def _cut(value: Any) -> Any:
    return value[:_LONGEST_NAME] if isinstance(value, str) else value


def _number_of_order(value: Any) -> Any:
    text = str(value).strip().lstrip("#") if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _REFERENCE.fullmatch(text) else None


def _link_or_none(value: Any) -> Any:
    return value if isinstance(value, str) and len(value) <= _LONGEST_LINK else None


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _empty_as_none(value: Any) -> Any:
    return None if value in ("", 0, "0") else value


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _valid_token(value: Any) -> str | None:
    try:
        return _TOKEN.validate_python(value)
    except ValidationError:
        return None


Id = Annotated[str, BeforeValidator(_number_as_text), StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,100}$")]
MaybeId = Annotated[Id | None, BeforeValidator(_empty_as_none)]
"""An id that platforms write as 0 where there is none."""
Name = Annotated[str | None, BeforeValidator(_cut)]
Number = Annotated[str | None, BeforeValidator(_number_of_order)]
"""The number that a buyer knows an order by; None where a shop writes it in a way that events cannot hold."""
Link = Annotated[str | None, BeforeValidator(_link_or_none)]
Personal = Annotated[str | None, BeforeValidator(_cut)]
Money = Annotated[Decimal, Field(ge=-(10**9), le=10**9, allow_inf_nan=False)]
"""In whole units, as platforms write it: a text or a number."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Quantity = Annotated[int, Field(ge=0, le=100_000)]


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who ordered. Personal: in memory only."""

    phones: tuple[str, ...] = ()
    """As they are written, the order's own first."""
    country: str | None = None
    """Of national numbers."""
    email: str | None = None
    customer_id: str | None = None
    visitor: str | None = None
    """The snippet's cookies, where the shop's page put them into the order."""
    click: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event to be."""

    event: EventName
    key: str
    """What tells it from others of its name: told again, it is the same event."""
    time: int
    params: Mapping[str, Any]
    browsers: bool = False
    """Whether it belongs to the trail of the buyer's browser, where that is known."""

    @property
    def id(self) -> str:
        """The event's id, the same however often it is told."""
        return hashlib.sha256(f"{self.event}|{self.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that was placed: its phone may be told what becomes of it."""

    number: str
    """The transaction id."""
    at: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a buyer said about SMS marketing, with all that the consent ledger needs. Personal: in memory only."""

    phone: str
    given: bool
    at: int
    level: str
    """How it was given: `single_opt_in`, `confirmed_opt_in`."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that one webhook tells."""

    happened: tuple[Happened, ...] = ()
    buyer: Buyer = Buyer()
    ordered: Ordered | None = None
    said: Said | None = None
    products: tuple[Product, ...] = ()
    ignored: str | None = None
    """Why nothing follows from it. Counted under `shop.ignored.<reason>`."""


class Payload(Strict):
    """Part of a platform's payload, whose `null` says no more than a field that is not there."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, told: Any) -> Any:
        return {name: value for name, value in told.items() if value is not None} if isinstance(told, dict) else told


class Attribute(Payload):
    """A named value that the shop's page put into a cart or an order."""

    name: str = ""
    value: Any = None


def millis(moment: datetime) -> int:
    """Epoch milliseconds; a time without a zone is in UTC."""
    return int(_in_utc(moment).timestamp() * 1_000)


def cookies(attributes: Iterable[Attribute]) -> tuple[str | None, str | None]:
    """The snippet's visitor and click among an order's attributes."""
    found = {attribute.name: attribute.value for attribute in attributes}
    return _valid_token(found.get("_relance")), _valid_token(found.get("_relance_click"))


def updated(order: str, status: OrderStatus, at: int, key: str = "", **params: Any) -> Happened:
    """That something has become of an order. `key` tells apart what happens to one order more than once."""
    known = {name: value for name, value in params.items() if value is not None}
    told = {"transaction_id": order, "status": status, **known}
    return Happened("order_updated", f"{order}|{status}|{key}", at, told)


def arrived(order: str, at: int, key: str = "", **params: Any) -> tuple[Happened, ...]:
    """That an order has arrived, under both names that it has."""
    known = {name: value for name, value in params.items() if value is not None}
    named = Happened("delivered", f"{order}|{key}", at, {"transaction_id": order, **known})
    return updated(order, "delivered", at, key, **params), named


def bought(order: str, at: int, items: list[dict[str, Any]], value: Decimal, currency: str, **params: Any) -> Happened:
    """That an order is bought: once, whichever of its webhooks comes first."""
    known = {name: told for name, told in params.items() if told is not None}
    told = {"transaction_id": order, "items": items[:MOST_ITEMS], "value": str(value), "currency": currency, **known}
    return Happened("purchase", order, at, told, browsers=True)


class _Sold(Strict):
    title: Title | None
    url: Page | None
    category: Title | None
    price: Amount | None


def sold(
    product_id: str,
    at: int,
    *,
    title: str | None,
    url: str | None,
    category: str | None,
    prices: list[Decimal],
    variants: list[str],
    available: bool,
) -> Product:
    """A product as the catalogue keeps it: without whatever in its name or address names somebody."""
    cheapest = str(min(prices)) if prices else None
    facts = _Sold(title=title, url=url, category=category or None, price=cheapest)
    title = facts.title or product_id
    return Product(product_id, title, facts.url, facts.price, facts.category, tuple(variants), available, at)


def item(item_id: str, name: str | None, price: Decimal | None, quantity: int) -> dict[str, Any]:
    """A line as events have it."""
    told = {"item_id": item_id, "item_name": name, "price": None if price is None else str(abs(price))}
    return {key: value for key, value in told.items() if value} | {"quantity": quantity}
