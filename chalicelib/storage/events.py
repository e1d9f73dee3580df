"""Events of visitors, as they were accepted. Writing one is what makes it durable (P1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.carts import bought
from chalicelib.storage.codec import Item, Value
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update

RETENTION = 90 * DAY

Via = Literal["browser", "pixel", "server"]


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted event. Nothing in it names a person: identifiers are keyed hashes."""

    site: str
    visitor: str
    name: str
    id: str
    time: int
    """When it happened, by the sender's clock."""
    received: int
    """When it was accepted, by ours: what delays are counted from."""
    via: Via
    origin: str | None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Kind of identifier (`email`, `phone`, `customer`) to its keyed hash."""
    click: str | None = None
    """The click that brought the browser to this page."""
    last_click: str | None = None
    """The click that the browser remembers, or a back end for it: for attribution, not for who it is."""
    denied: bool = False
    """A back end's word of a visitor who refuses to be followed: true, and not to be attributed."""
    network: str | None = None
    """The keyed hash of the service's own cookie, where the visitor had agreed to it."""
    order: str | None = None
    """The trail of the order that a back end tells of, which leads to its buyer (tracking/orders.py)."""
    params: Mapping[str, Value] = field(default_factory=dict)


class Events:
    """The trail of each visitor, kept for 90 days."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def append(self, events: list[Event]) -> list[Event]:
        """Store events; returns those that could not be stored.

        The same event again replaces itself: the stream then reports a change, not a new item, and nobody acts.
        """
        puts = {_key(event): Put(_key(event), _item(event)) for event in events}
        left = {put.key for put in self._table.put_many(list(puts.values()))}
        return [event for event in events if _key(event) in left]

    def clear(self, event: Event) -> None:
        """Keep less of an event than was stored of it; nothing where it is gone already."""
        try:
            self._table.put(Put(_key(event), _item(event), "attribute_exists(pk)"))
        except ConditionFailed:
            return

    def purchased_since(self, site: str, visitor: str, *, started_at: int, changed_at: int) -> bool:
        """Whether a purchase of this visitor makes a message about a cart of these moments pointless."""
        return any(
            bought(purchase.time, purchase.received, started_at=started_at, changed_at=changed_at)
            for purchase in self.purchases(site, visitor)
        )

    def purchases(self, site: str, visitor: str) -> Iterator[Event]:
        """A visitor's purchases."""
        return map(from_item, self._table.query(keys.trail(site, visitor), keys.PURCHASE_PREFIX))

    def unknown(self, events: list[Event]) -> list[Event]:
        """Those of up to 100 events that are not stored yet, in one call."""
        stored = self._table.get_many([_key(event) for event in events])
        return [event for event in events if _key(event) not in stored]

    def count_once(self, event: Event, *writes: Update) -> bool:
        """Count an event, once whatever is sent or delivered twice. False where that has been done.

        Raises TransactionRefused where one of `writes` stands on something that is no more. The mark is an item of
        its own: the event's is replaced when the event is sent again.
        """
        key = keys.counted(event.site, event.visitor, event.name, event.id)
        mark = Put(key, {"type": "counted", "v": 1, "ttl": _ttl(event)}, "attribute_not_exists(pk)")
        try:
            self._table.transact([mark, *writes])
        except TransactionRefused as refused:
            if 0 in refused.failed:
                return False
            raise
        return True

    def trail(self, site: str, visitor: str) -> list[Event]:
        """All events of a visitor, in the order of their acceptance."""
        items = self._table.query(keys.trail(site, visitor), keys.EVENT_PREFIX)
        return sorted((from_item(item) for item in items), key=lambda event: (event.received, event.time))


def from_item(item: Item) -> Event:
    """An event as the stream or the table holds it."""
    return Event(
        site=item["site"],
        visitor=item["visitor"],
        name=item["name"],
        id=item["id"],
        time=item["time"],
        received=item["received"],
        via=item["via"],
        origin=item.get("origin"),
        identifiers=item.get("identifiers", {}),
        click=item.get("click"),
        last_click=item.get("last_click"),
        denied=item.get("denied", False),
        network=item.get("network"),
        order=item.get("order"),
        params=item.get("params", {}),
    )


def _key(event: Event) -> keys.Key:
    return keys.event(event.site, event.visitor, event.name, event.id)


def _item(event: Event) -> Item:
    return {
        "type": "event",
        "v": 1,
        "site": event.site,
        "visitor": event.visitor,
        "name": event.name,
        "id": event.id,
        "time": event.time,
        "received": event.received,
        "via": event.via,
        "origin": event.origin,
        "identifiers": event.identifiers or None,
        "click": event.click,
        "last_click": event.last_click,
        "denied": event.denied or None,
        "network": event.network,
        "order": event.order,
        "params": event.params or None,
        "ttl": _ttl(event),
    }


def _ttl(event: Event) -> int:
    return (event.received + RETENTION) // SECOND
