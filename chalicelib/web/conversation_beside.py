"""What stands beside a conversation, in the admin API."""

from __future__ import annotations

from typing import cast

from typing_extensions import TypedDict

from chalicelib.audience.person_shapes import LineBought
from chalicelib.replies.beside import Beside
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.enrolments import State
from chalicelib.storage.ledger import HeldWhy
from chalicelib.units import Count, Currency, Micro, Milliseconds, Moment
from chalicelib.web.conversation_models import AnswerTold, ThreadTold, message_answer


class ProductTold(TypedDict):
    """A product, as the shop names it."""

    id: str
    name: str | None
    url: str | None


class ProductViewed(ProductTold):
    """What was looked at last."""

    at: Moment


class LineLeft(TypedDict):
    """What lies in a cart."""

    id: str
    name: str | None
    quantity: Count


class ValueTold(TypedDict):
    """An amount."""

    micro: Micro
    currency: Currency | None


class CartLeft(TypedDict):
    """What was left in the cart."""

    lines: list[LineLeft]
    value: ValueTold | None


class OrderBeside(TypedDict):
    """An order."""

    site: str
    order: str
    at: Moment
    items: list[LineBought]


class JourneyStanding(TypedDict):
    """Where the person stands in a journey."""

    journey: str
    state: State
    reason: str | None
    entered_at: Moment


class ConsentStanding(TypedDict):
    """The newest statement for one purpose."""

    given: bool
    at: Moment
    source: str


class NoTold(TypedDict):
    """That the person has said no, and how."""

    at: Moment
    how: str


class WaitsToBeRead(TypedDict):
    """That something waits to be read."""

    at: Moment
    why: HeldWhy


class LessWanted(TypedDict):
    """Less often, or not of everything."""

    every_ms: Milliseconds
    without: list[str]


class BesideTold(TypedDict):
    """Who it is with, what was looked at and bought, what was sent, what was allowed."""

    person: str | None
    """The base's own name; none for who has only written."""
    phone_ends: str
    """The last two digits."""
    first_name: str | None
    last_name: str | None
    product: ProductTold | None
    """What the conversation is likely about."""
    viewed: ProductViewed | None
    cart: CartLeft | None
    orders: list[OrderBeside]
    messages: list[AnswerTold]
    journeys: list[JourneyStanding]
    consents: dict[Purpose, ConsentStanding]
    opposed: NoTold | None
    held: WaitsToBeRead | None
    wish: LessWanted | None


class ConversationTold(ThreadTold):
    """A conversation, with what stands beside it."""

    beside: BesideTold


def beside_answer(beside: Beside, advertiser: str) -> BesideTold:
    """What stands beside a conversation. The phone is told by its last two digits."""
    cart, product, no = beside.cart, beside.product, beside.ledger.opposition(advertiser)
    held, wish = beside.ledger.held.get(advertiser), beside.ledger.wishes.get(advertiser)
    viewed = beside.visit.viewed if beside.visit else None
    return {
        "person": beside.contact.person if beside.contact else None,
        "phone_ends": beside.profile.phone[-2:],
        "first_name": beside.profile.first_name,
        "last_name": beside.profile.last_name,
        "product": {"id": product.id, "name": product.name, "url": product.url} if product else None,
        "viewed": {"id": viewed.id, "name": viewed.name, "url": viewed.url, "at": viewed.at} if viewed else None,
        "cart": {
            "lines": [{"id": line.id, "name": line.name, "quantity": line.quantity} for line in cart.lines],
            "value": {"micro": cart.value_micro, "currency": cart.currency} if cart.value_micro is not None else None,
        }
        if cart
        else None,
        "orders": [
            {
                "site": order.site,
                "order": order.order,
                "at": order.at,
                "items": [cast("LineBought", dict(item)) for item in order.items],
            }
            for order in beside.orders
        ],
        "messages": [message_answer(message) for message in beside.messages],
        "journeys": [
            {"journey": one.journey, "state": one.state, "reason": one.reason, "entered_at": one.entered_at}
            for one in beside.journeys
        ],
        "consents": {
            purpose: {"given": consent.given, "at": consent.at, "source": consent.source}
            for purpose, consent in (beside.contact.consents.items() if beside.contact else ())
        },
        "opposed": {"at": no.at, "how": no.how} if no else None,
        "held": {"at": held.at, "why": held.why} if held else None,
        "wish": {"every_ms": wish.every_ms, "without": list(wish.without)} if wish else None,
    }
