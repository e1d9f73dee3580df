"""Keeps what was ordered, so that an event which names its order only is of what that order is of.

A parcel's carrier tells of an order by its number; what the parcel holds was told with the purchase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.journeys.facts import dearest, items_told, told
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event
from chalicelib.storage.ordered import News, Ordered, OrderedLog, merged
from chalicelib.storage.sold import SoldLog
from chalicelib.storage.visitors import Tie

_ROUNDS = 6


class Ordering:
    """The memory of orders. The same event again changes nothing."""

    def __init__(self, ordered: OrderedLog, sold: SoldLog, clock: Clock) -> None:
        self._ordered = ordered
        self._sold = sold
        self._clock = clock

    def follow(self, event: Event, holder: Tie, advertiser: str, *, is_buyer: bool) -> Event:
        """Remember what an event says of its order; returns it with all that is known to be in that order.

        `is_buyer`: the holder is whom the back end named for the order; only that person is ever told of it.
        """
        order, listed = event.params.get("transaction_id"), event.params.get("items") or ()
        if not order:
            return event
        fresh = news_of(event) if is_buyer else News()
        for _ in range(_ROUNDS):
            known = self._ordered.get(holder.base, holder.person, event.site, order)
            items = merged(known.items if known else (), listed)
            news = known.news.and_also(fresh) if known else fresh
            if (items, news) == ((known.items, known.news) if known else ((), News())):
                return event_with(event, items)
            at = min(event.time, event.received, *([known.at] if known else []))
            blank = Ordered(holder.base, holder.person, event.site, order, advertiser, at, items)
            if self._ordered.save(replace(known or blank, at=at, items=items, news=news), self._clock.now()):
                had_none = known is None or not known.items
                if items and had_none and event.via == "server":  # A browser's word would name products to others.
                    self._sold.together(event.site, items, self._clock.now())
                return event_with(event, items)
        raise StorageUnavailable("others were faster each time")

    def completed(self, enrolment: Enrolment) -> Enrolment:
        """An enrolment about an order with what is in it, where that was told after what began it."""
        order = enrolment.facts.get("transaction_id")
        if not order or "items" in enrolment.facts:
            return enrolment
        known = self._ordered.get(enrolment.base, enrolment.person, enrolment.site, order)
        return with_items(enrolment, known.items) if known and known.items else enrolment


def news_of(event: Event) -> News:
    """What an event tells of its order to its buyer, who may ask for it; a browser's word is nobody's news."""
    if event.via != "server":
        return News()
    at, kept = min(event.time, event.received), told(event)
    status = "created" if event.name == "purchase" else kept.get("status")
    url = kept.get("tracking_url")
    return News({status: at} if status else {}, kept.get("order_number"), url, at if url else 0)


def with_items(enrolment: Enrolment, items: Sequence[Mapping[str, Any]]) -> Enrolment:
    """An enrolment about an order, with what is in that order."""
    facts: dict[str, Any] = dict(enrolment.facts) | items_told(items)
    return replace(enrolment, facts=facts, product=dearest(items, facts.get("page_location")))


def event_with(event: Event, items: Any) -> Event:
    """An event of an order, with all that is known to be in it."""
    return replace(event, params={**event.params, "items": list(items)}) if items else event
