"""What an event leaves that a journey can be about: a cart, a looked-at product, an order, a stay away, an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.audience.conditions import Fact
from chalicelib.clock import DAY
from chalicelib.journeys.definition import Trigger
from chalicelib.journeys.facts import dearest, event_facts, told, viewed_facts, visit_facts
from chalicelib.storage.carts import Product
from chalicelib.storage.events import Event
from chalicelib.storage.visitors import Visitor


@dataclass(frozen=True, slots=True)
class Subject:
    """What an enrolment can be about, as it is after an event."""

    id: str
    """A site, or `<site>#<order>`."""
    entered_at: int
    changed_at: int
    active_at: int
    facts: Mapping[str, Fact]
    told: Mapping[str, Any]
    product: Product | None = None


def subject_of(trigger: Trigger, event: Event, visitor: Visitor) -> Subject | None:
    """What a journey could be about, as it is after an event; None where there is nothing."""
    site = event.site
    kept, at = told(event), min(event.time, event.received)
    cart, viewed, active_at = visitor.cart, visitor.browsing.viewed, visitor.browsing.active_at
    facts = event_facts(kept) | visit_facts(visitor.browsing)
    match trigger.about:
        case "cart":
            if cart is None:
                return None
            return Subject(site, cart.started_at, cart.changed_at, cart.active_at, facts, {}, cart.product)
        case "product":
            if viewed is None:
                return None
            facts |= viewed_facts(viewed)
            product = Product(viewed.id, viewed.name, viewed.url)
            return Subject(site, viewed.at, viewed.at, active_at, facts, {}, product)
    if event.name not in trigger.events:
        return None
    if trigger.about == "person":
        return Subject(site, at, at, _day_after(at), facts, kept)
    if trigger.about == "account":
        return Subject(site, at, at, at, facts, kept)
    order = event.params.get("transaction_id")
    called = dearest(event.params.get("items") or (), event.params.get("page_location"))
    return Subject(f"{site}#{order}", at, at, at, facts, kept, called) if order else None


def _day_after(at: int) -> int:
    """The end of the day (UTC) of a sign of life: what a stay away is counted from.

    All signs of one day say the same then. So somebody who comes each minute is written down once a day, the wait is
    never shorter than it says and at most a day longer, and no order of the day's events changes when it ends.
    """
    return at - at % DAY + DAY
