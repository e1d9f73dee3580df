"""What conditions can ask: facts of an event and of what a browser has in hand (docs/journeys.md lists them).

Money is told in whole units, as a marketer writes it; it is stored in micro-units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.audience.conditions import Fact
from chalicelib.clock import MINUTE
from chalicelib.messaging.recipients import Place
from chalicelib.storage.carts import Browsing, Cart, Line, Product, Viewed
from chalicelib.storage.contacts import Contact
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event

_MICRO = 1_000_000
_KEPT = (
    *("status", "currency", "step", "rating", "channel"),
    *("transaction_id", "order_number", "tracking_url", "page_location"),
)
_SAYS = {"delivered": "delivered", "refund": "refunded"}
"""Events that say by their name what has become of an order."""


def told(event: Event) -> dict[str, Any]:
    """What of an event is kept with the enrolment that it begins."""
    kept = {"status": _SAYS[event.name]} if event.name in _SAYS else {}
    kept |= {name: event.params[name] for name in _KEPT if event.params.get(name) is not None}
    kept |= {"name": event.name, "via": event.via}
    if event.params.get("value") is not None:
        kept["value_micro"] = event.params["value"]
    return kept | items_told(event.params.get("items") or ())


def items_told(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The part of it that tells which products, of an event's `items`."""
    if not items:
        return {}
    categories = sorted({item["item_category"] for item in items if item.get("item_category")})
    return {"items": [item["item_id"] for item in items], "categories": categories}


def dearest(items: Sequence[Mapping[str, Any]], page: str | None) -> Product | None:
    """The dearest of an event's `items`: what an order is called by."""
    if not items:
        return None
    found = max(items, key=lambda item: (item.get("price") or 0, item["item_id"]))
    return Product(found["item_id"], found.get("item_name"), page)


def event_facts(kept: Mapping[str, Any]) -> dict[str, Fact]:
    """Facts of what `told` has kept, as of the event and as of its order."""
    value = kept.get("value_micro")
    facts: dict[str, Fact] = {name: kept.get(name) for name in ("status", "currency", "step", "rating", "channel")}
    facts |= {
        "value": None if value is None else value / _MICRO,
        "tracked": "tracking_url" in kept,
        "items": tuple(kept["items"]) if "items" in kept else None,
        "categories": tuple(kept["categories"]) if "categories" in kept else None,
    }
    told_by = {"event.name": kept.get("name"), "event.via": kept.get("via")}
    return told_by | {f"{group}.{name}": fact for name, fact in facts.items() for group in ("event", "order")}


def cart_facts(cart: Cart) -> dict[str, Fact]:
    """Facts of a cart, and of the thing put in last."""
    value, categories = cart.value_micro, {line.category for line in cart.lines}
    return {
        "cart.value": None if value is None else value / _MICRO,
        "cart.currency": cart.currency,
        "cart.count": len(cart.lines),
        "cart.at_checkout": cart.at_checkout,
        "cart.items": tuple(line.id for line in cart.lines),
        "cart.categories": tuple(category for category in categories if category),
        **(_product_facts(cart.lines[0]) if cart.lines else {}),
    }


def viewed_facts(viewed: Viewed) -> dict[str, Fact]:
    """Facts of the product that was looked at longest."""
    return _product_facts(viewed) | {"product.minutes": viewed.dwell_ms / MINUTE}


def visit_facts(browsing: Browsing) -> dict[str, Fact]:
    """Facts of what a browser has in hand. Who looked long at something else has no minutes on the cart."""
    viewed, cart = browsing.viewed, browsing.cart
    facts = viewed_facts(viewed) if viewed else {}
    if cart:
        facts |= cart_facts(cart)
        if viewed and viewed.id not in {line.id for line in cart.lines}:
            facts["product.minutes"] = None
    return facts


def step_facts(enrolment: Enrolment, browsing: Browsing | None, contact: Contact, place: Place) -> dict[str, Fact]:
    """What is known when a step is due, but for what has to be looked up: the history."""
    facts = event_facts(enrolment.facts)
    facts |= visit_facts(browsing) if browsing else {}
    facts |= {f"contact.fields.{name}": value for name, value in contact.fields.items()}
    facts |= {"contact.country": place.country, "contact.language": contact.fields.get("language")}
    return facts | {"reply.intent": enrolment.reply, "reply.followed_up": enrolment.followed_up}


def _product_facts(product: Line | Viewed) -> dict[str, Fact]:
    return {"product.id": product.id, "product.name": product.name, "product.category": product.category}
