"""What a contact has ordered, order by order: products, and what its shop told of the order. They name nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

RETENTION = 3 * 365 * DAY
"""As long as its person may be a contact: who bought the bicycle is never offered it."""
MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class News:
    """What a shop's back end has told of an order whose buyer it named."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    """When each was reached last (epoch ms), by the sender's clock."""
    number: str | None = None
    """The order as its buyer knows it, where that is not the shop's number for it."""
    tracking_url: str | None = None
    tracked_at: int = 0
    """When that was told."""

    def and_also(self, other: News) -> News:
        """Both; the same whichever is told first."""
        names = {*self.statuses, *other.statuses}
        newer = max(self, other, key=lambda one: (one.tracked_at, one.tracking_url or ""))
        return replace(
            newer,
            statuses={name: max(self.statuses.get(name, 0), other.statuses.get(name, 0)) for name in sorted(names)},
            number=max(filter(None, (self.number, other.number)), default=None),
        )


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order of a contact."""

    base: str
    person: str
    site: str
    order: str
    """The shop's number for it."""
    advertiser: str
    at: int
    """When it was first told of, by the sender's clock."""
    items: tuple[Mapping[str, Any], ...]
    """As events have them (`item_id`, `item_name`, `item_category`, `price`, `quantity`), by id."""
    news: News = field(default_factory=lambda: News())
    version: int = 0


class OrderedLog:
    """One item per contact and order, in the contact's own partition: an erasure takes it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str, person: str, site: str, order: str) -> Ordered | None:
        """One order, or None where nothing told what is in it."""
        item = self._table.get(keys.ordered(base, person, site, order))
        return _from_item(item) if item else None

    def of_contact(self, base: str, person: str) -> Iterator[Ordered]:
        """All that a contact of a base has ordered, whosever shop it was."""
        for item in self._table.query(keys.contact_partition(base, person), keys.ORDERED_PREFIX):
            yield _from_item(item)

    def save(self, ordered: Ordered, now: int) -> bool:
        """Store an order as it was read (`version` 0: not there); False where somebody else was faster."""
        key = keys.ordered(ordered.base, ordered.person, ordered.site, ordered.order)
        item: Item = {
            "type": "ordered",
            "v": 1,
            "base": ordered.base,
            "person": ordered.person,
            "site": ordered.site,
            "order": ordered.order,
            "advertiser": ordered.advertiser,
            "at": ordered.at,
            "items": [dict(line) for line in ordered.items],
            "news": asdict(ordered.news),
            "version": ordered.version + 1,
            "ttl": (now + RETENTION) // SECOND,
        }
        condition, values = "attribute_not_exists(pk) OR #ttl <= :now", {"now": now // SECOND}
        if ordered.version:
            condition, values = "#version = :read", {"read": ordered.version}
        try:
            self._table.put(Put(key, item, condition, values))
        except ConditionFailed:
            return False
        return True


def merged(known: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The items of both, by id, each with all that is known of it; the same whichever is told first.

    Two different words on one thing: the greater one, so that order does not matter. At most 50.
    """
    lines: dict[str, dict[str, Any]] = {}
    for line in (*known, *told):
        seen = lines.setdefault(line["item_id"], {})
        for name, value in line.items():
            if value is not None and (name not in seen or value > seen[name]):
                seen[name] = value
    return tuple(lines[item_id] for item_id in sorted(lines)[:MOST_ITEMS])


def _from_item(item: Item) -> Ordered:
    return Ordered(
        base=item["base"],
        person=item["person"],
        site=item["site"],
        order=item["order"],
        advertiser=item["advertiser"],
        at=item["at"],
        items=tuple(item["items"]),
        news=News(**item.get("news", {})),
        version=item["version"],
    )
