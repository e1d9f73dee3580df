"""What a template can name, for one message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.audience.profile import Profile
from chalicelib.clock import SECOND
from chalicelib.messaging.amounts import written
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.carts import Contents, Product
from chalicelib.storage.contacts import FieldValue
from chalicelib.storage.promo_codes import PromoCode as StoredCode
from chalicelib.storage.promo_pools import Benefit
from chalicelib.storage.templates import Language

NO_PRODUCT: Mapping[Language, str] = {"fr": "votre panier", "en": "your basket"}
"""What is named where the product's name is not known."""
KNOWN: Mapping[str, frozenset[str] | None] = {
    "contact": frozenset({"first_name", "last_name"}),
    "fields": None,
    "product": frozenset({"id", "name", "price"}),
    "cart": frozenset({"items", "count", "total"}),
    "order": frozenset({"number", "status", "total"}),
    "agent": frozenset({"name"}),
    "advertiser": frozenset({"brand", "name"}),
    "code": frozenset({"text", "amount", "until"}),
    "survey": frozenset({"question", "answers"}),
    "data": None,
    "link": frozenset(),
    "brand": frozenset(),
    "first_name": frozenset(),
}
"""The names of values, and of their parts; None where the advertiser names the parts."""
_MOST_ITEMS = 10
_LONGEST_VALUE = 200
_ADDRESS = re.compile(r"://|@|\bwww\.|[a-z0-9]\.[a-z]{2,24}(?![\w.])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thing:
    """A product, as a text names it."""

    name: str | None = None
    id: str = ""
    price: str | None = None
    """As it is written, such as `49,90 €`."""


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code that this message carries, and what it gives."""

    text: str
    amount: str | None = None
    """As it is written, such as `10 %`."""
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What a survey asks."""

    text: str
    """The question, and how it is answered."""
    question: str
    answers: str
    """What can be answered, such as `A (Rouge) ou B (Bleu)`."""


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that a message can say of its person, its subject and its advertiser. Personal: in memory only."""

    brand: str
    link: str
    """The personal link."""
    way_out: str
    """The page that unsubscribes."""
    company: str = ""
    first_name: str | None = None
    last_name: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    product: Thing | None = None
    items: tuple[Thing, ...] = ()
    """What the cart holds."""
    total: str | None = None
    """Of the cart, as it is written."""
    agent: str | None = None
    """Who signs: a real person whom the advertiser has named."""
    code: PromoCode | None = None
    survey: Asking | None = None
    order: Mapping[str, str] | None = None
    data: Mapping[str, FieldValue] = field(default_factory=dict)
    """Whatever the message was ordered with."""


def values_of(
    advertiser: Advertiser,
    profile: Profile,
    product: Product | None,
    *,
    language: Language,
    link: str,
    way_out: str,
    cart: Contents | None = None,
    agent: str | None = None,
    fields: Mapping[str, FieldValue] | None = None,
    data: Mapping[str, FieldValue] | None = None,
    order: str | None = None,
) -> Values:
    """What a message to a contact can say, from what is kept of it and of its advertiser."""
    cart = cart or Contents()
    items = tuple(Thing(line.name, line.id, _price(line.price_micro, line.currency, language)) for line in cart.lines)
    named = next((item for item in items if product and item.id == product.id), None)
    return Values(
        brand=advertiser.brand,
        company=advertiser.name,
        link=link,
        way_out=way_out,
        first_name=profile.first_name,
        last_name=profile.last_name,
        fields=fields or {},
        product=Thing(product.name, product.id, named.price if named else None) if product else None,
        items=items,
        total=_price(cart.value_micro, cart.currency, language),
        agent=agent,
        data=data or {},
        order={"number": order} if order else None,
    )


def _price(micro: int | None, currency: str | None, language: Language) -> str | None:
    return None if micro is None or currency is None else written(micro, currency, language)


def promo_value(code: StoredCode, benefit: Benefit, language: Language, zones: Sequence[str]) -> PromoCode:
    """A code as a text tells it: what it gives, and the last whole minute of it, in the recipient's time."""
    return PromoCode(code.code, _benefit(benefit, language), _last_minute(code.until, language, zones))


def _benefit(benefit: Benefit, language: Language) -> str:
    french = language == "fr"
    if benefit.kind == "free_delivery":
        return "livraison offerte" if french else "free delivery"
    if benefit.kind == "share":
        return f"{benefit.percent} %" if french else f"{benefit.percent}%"
    return written(benefit.amount_micro or 0, benefit.currency or "", language)


def _last_minute(until: int | None, language: Language, zones: Sequence[str]) -> str | None:
    if until is None or not zones:
        return None
    last = datetime.fromtimestamp((until - 1) / SECOND, UTC).astimezone(ZoneInfo(zones[0]))
    return last.strftime("%d/%m à %Hh%M" if language == "fr" else "%d/%m %H:%M")


def tellable(name: str | None) -> str | None:
    """A name that anybody may have typed, where it is one: never a link, which a phone would make to be tapped."""
    if not name or _ADDRESS.search(name):
        return None
    return " ".join(name.split())[:_LONGEST_VALUE] or None


class _Named(dict[str, object]):
    """Parts that are written by their name where the whole is asked for."""

    def __init__(self, name: str, parts: Mapping[str, object]) -> None:
        super().__init__(parts)
        self._name = name

    def __str__(self) -> str:
        return self._name


class _Open(dict[str, object]):
    """Parts that the advertiser names: one that is not known of this person is empty."""

    def __missing__(self, name: str) -> None:
        return None


def namespace(values: Values, language: Language, product_name: str | None) -> dict[str, Any]:
    """What Liquid sees. What a person may not have is empty; what a message must bring is missing until it does."""
    first_name, last_name = tellable(values.first_name), tellable(values.last_name)
    product = values.product or Thing()
    items = [_named(item, language) for item in values.items[:_MOST_ITEMS]]
    seen: dict[str, Any] = {
        "brand": values.brand,
        "first_name": first_name,
        "link": values.link,
        "contact": {"first_name": first_name, "last_name": last_name},
        "fields": _Open(_bounded(values.fields)),
        "product": _named(Thing(product_name, product.id, product.price), language),
        "cart": {"items": items, "count": len(values.items), "total": values.total},
        "advertiser": {"brand": values.brand, "name": values.company or values.brand},
        "data": _bounded(values.data),
    }
    if values.agent:
        seen["agent"] = _Named(values.agent, {"name": values.agent})
    if values.order is not None:
        seen["order"] = _bounded(values.order)
    if values.code:
        code = values.code
        seen["code"] = _Named(code.text, {"text": code.text, "amount": code.amount, "until": code.until})
    if values.survey:
        asked = values.survey
        seen["survey"] = _Named(asked.text, {"question": asked.question, "answers": asked.answers})
    return seen


def _named(thing: Thing, language: Language) -> _Named:
    parts = {"id": thing.id, "name": tellable(thing.name), "price": thing.price}
    return _Named(str(parts["name"] or NO_PRODUCT[language]), parts)


def _bounded(values: Mapping[str, FieldValue]) -> dict[str, object]:
    return {name: value[:_LONGEST_VALUE] if isinstance(value, str) else value for name, value in values.items()}
