"""The abandoned cart (mission.md, J1), as pure decisions: what an event makes of a cart, and of its message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.storage.advertisers import CartJourney
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event
from chalicelib.storage.messages import WAITING, Message
from chalicelib.storage.visitors import Cart, Product

JOURNEY = "cart"
_FILLS = frozenset({"add_to_cart", "begin_checkout"})


@dataclass(frozen=True, slots=True)
class Enrol:
    """Mean a message for this cart."""

    cart: Cart
    due_at: int


@dataclass(frozen=True, slots=True)
class Postpone:
    """The visitor is still here: the message that is meant already waits for the cart to be left."""

    message: Message
    cart: Cart
    due_at: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """The message has lost its purpose."""

    message: Message
    reason: Literal["purchased"]


CartDecision = Enrol | Postpone | Cancel | None


def follow(cart: Cart | None, event: Event) -> Cart | None:
    """The cart after an event. Moments are those of our own clock; an event seen again changes nothing."""
    if event.name == "purchase":
        return cart if cart and cart.started_at > event.received else None
    if event.name in _FILLS:
        product = _product(event) or (cart.product if cart else None)
        if cart is None:
            return Cart(event.received, event.received, event.received, product)
        if event.received < cart.changed_at:
            return cart
        return Cart(cart.started_at, event.received, max(cart.active_at, event.received), product)
    if cart is None:
        return None
    removed = event.name == "remove_from_cart" and cart.product and cart.product.id in _item_ids(event)
    # What was taken out is not named; what is left is not known.
    product = None if removed else cart.product
    return replace(cart, active_at=max(cart.active_at, event.received), product=product)


def decide(
    cart: Cart | None, event: Event, enrolment: Enrolment | None, message: Message | None, settings: CartJourney
) -> CartDecision:
    """What a matched contact's event means for the journey.

    `cart` is as `follow` left it; `message` is the one that `enrolment` meant, if there is one.
    """
    waiting = message if message and message.state in WAITING else None
    if event.name == "purchase":
        # The stream may hand out a purchase again, after the cart that followed it: that cart is not bought.
        return Cancel(waiting, "purchased") if waiting and waiting.cart_at <= event.received else None
    if cart is None:
        return None
    due_at = cart.active_at + settings.delay_ms
    if waiting:
        return Postpone(waiting, cart, due_at)
    if enrolment is None or message is None:
        return Enrol(cart, due_at)
    filled_since = cart.changed_at > message.cart_changed_at
    return Enrol(cart, due_at) if filled_since and cart.changed_at >= enrolment.at + settings.reentry_ms else None


def _item_ids(event: Event) -> set[str]:
    return {item["item_id"] for item in event.params.get("items") or ()}


def _product(event: Event) -> Product | None:
    items = event.params.get("items") or []
    if not items:
        return None
    last = items[-1]
    return Product(last["item_id"], last.get("item_name"), event.params.get("page_location"))
