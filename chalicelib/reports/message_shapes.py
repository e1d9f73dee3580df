"""Why a message was sent or was not, and what a visit led to, for the API's description."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from chalicelib.reports.counted_shapes import PurchaseTold
from chalicelib.storage.messages import MessageClass, State
from chalicelib.units import Count, Currency, Micro, Milliseconds, Moment


class StateReached(TypedDict):
    """A step of a message."""

    state: State
    at: Moment
    reason: str | None


class ReplyAnswered(TypedDict):
    """The person's text that a message answers."""

    reply: str | None
    wrote_at: Moment | None


class MatchSeen(TypedDict):
    """The match that led to a message; nothing where none did."""

    evidence: str | None
    strength: str | None
    at: Moment | None
    consent_at: Moment | None


_Why = TypedDict("_Why", {"class": MessageClass})


class WhyTold(_Why):
    """Why a message was sent, or was not."""

    message: str
    state: State
    reason: str | None
    sentence: str
    until: Moment | None
    """Until when it waits."""
    journey: str
    site: str | None
    waited_for: str | None
    """Why it was deferred last."""
    answers: ReplyAnswered | None
    match: MatchSeen
    decision: dict[str, Any]
    """What the decision saw: consent, caps (`pressure`), hours, text; empty before there was one."""
    history: list[StateReached]


class MessageTold(WhyTold):
    """A message, and what is put down to it."""

    purchases: list[PurchaseTold]


class EventSeen(TypedDict):
    """An event of a visit."""

    event: str
    id: str
    time: Moment


class CartLine(TypedDict):
    """What lies in a cart."""

    id: str
    at: Moment
    name: str | None
    price_micro: Micro | None
    currency: Currency | None
    quantity: Count
    category: str | None
    url: str | None


class CartSeen(TypedDict):
    """A cart as the browser left it."""

    started_at: Moment
    changed_at: Moment
    filled_at: Moment
    active_at: Moment
    lines: list[CartLine]
    value_micro: Micro | None
    currency: Currency | None
    at_checkout: bool
    recovery: str | None
    """The shop's own page on which the cart is there again."""


class ViewedProduct(TypedDict):
    """What was looked at last."""

    id: str
    at: Moment
    dwell_ms: Milliseconds
    name: str | None
    url: str | None
    category: str | None


class TieTold(TypedDict):
    """By which evidence a browser is held to be a contact's, and under which consent."""

    evidence: str
    strength: Literal["weak", "strong"]
    at: Moment
    base: Literal["own", "partner"]
    consent_at: Moment
    consent_source: str | None
    consent_wording: str | None


class TieChanged(TypedDict, total=False):
    """Whom a browser was held for from then on; people are numbered as they came, and not named."""

    at: Moment
    person: int | None
    reason: str | None
    evidence: str
    strength: Literal["weak", "strong"]
    base: Literal["own", "partner"]
    consent_at: Moment
    consent_source: str | None
    consent_wording: str | None


class StepRan(TypedDict, total=False):
    """A step that has run."""

    step: str
    at: Moment
    outcome: str
    message: str
    variant: str


class CartJourneyTold(TypedDict):
    """Where the contact stands in the abandoned-cart journey."""

    journey: str
    state: Literal["active", "done", "left"]
    reason: str | None
    definition: int
    """The version of the journey."""
    run: int
    entered_at: Moment
    left_at: Moment
    due_at: Moment | None
    held_out: bool
    steps: list[StepRan]
    sentence: str


class VisitTold(TypedDict):
    """A visitor's events, match and message, without anything that names a person."""

    site: str
    visitor: str
    events: list[EventSeen]
    cart: CartSeen | None
    viewed: ViewedProduct | None
    match: TieTold | None
    ties: list[TieChanged]
    refusals: dict[str, Moment]
    """Why it was not matched, with when that was last."""
    sentence: str
    journey: CartJourneyTold | None
    message: WhyTold | None
    purchases: list[PurchaseTold]
