"""The abandoned cart (mission.md, J1), as pure decisions: what an event means for its message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.storage.advertisers import CartJourney
from chalicelib.storage.carts import Cart, bought
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event
from chalicelib.storage.messages import WAITING, Message

JOURNEY = "cart"


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


def decide(
    cart: Cart | None, event: Event, enrolment: Enrolment | None, message: Message | None, settings: CartJourney
) -> CartDecision:
    """What a matched contact's event means for the journey.

    `cart` is as it is with the event (tracking/carts.py); `message` is the one that `enrolment` meant, if there is one.
    """
    waiting = message if message and message.state in WAITING else None
    if event.name == "purchase":
        # The stream may hand out a purchase again, after the cart that followed it: that cart is not bought.
        return Cancel(waiting, "purchased") if waiting and _bought(waiting, event) else None
    if cart is None:
        return None
    due_at = cart.active_at + settings.delay_ms
    if waiting:
        return Postpone(waiting, cart, due_at)
    if enrolment is None or message is None:
        return Enrol(cart, due_at)
    filled_since = cart.changed_at > message.cart_changed_at
    return Enrol(cart, due_at) if filled_since and cart.filled_at >= enrolment.at + settings.reentry_ms else None


def _bought(message: Message, purchase: Event) -> bool:
    started_at, changed_at = message.cart_at, message.cart_changed_at
    return bought(purchase.time, purchase.received, started_at=started_at, changed_at=changed_at)
