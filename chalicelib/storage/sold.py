"""What a site has sold, and together with what: for each item the others that were in the same orders most often.

Counts of products, of nobody. Each item keeps its 30 most frequent companions by the Space-Saving rule (A. Metwally,
D. Agrawal, A. El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005): a newcomer
takes the place of the rarest and goes on from its count, so that what is bought together often is never lost. Without
more than 30 companions the counts are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

RETENTION = 400 * DAY
MOST_COMPANIONS = 30
MOST_COUNTED = 8
"""Items of one order that are counted: an order of fifty would say little of each, and cost fifty writes."""
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Sold:
    """One item of a site's, as orders have named it."""

    id: str
    name: str | None = None
    category: str | None = None
    companions: Mapping[str, int] = field(default_factory=dict)
    """Other items to in how many orders they were with it."""
    version: int = 0


def counted(sold: Mapping[str, int], others: Sequence[str]) -> dict[str, int]:
    """The companions of an item after one more order with `others`."""
    after = dict(sold)
    for other in others:
        if other not in after and len(after) >= MOST_COMPANIONS:
            rarest = min(after, key=lambda one: (after[one], one))
            after[other] = after.pop(rarest)
        after[other] = after.get(other, 0) + 1
    return after


class SoldLog:
    """One item per thing that was sold. A count that others were faster at three times is left out: it is a count."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_all(self, site: str, items: Sequence[str]) -> dict[str, Sold]:
        """Id to what is known, of up to 100 items, in one call."""
        found = self._table.get_many([keys.sold(site, item) for item in items])
        return {str(item["id"]): _from_item(item) for item in found.values()}

    def together(self, site: str, lines: Sequence[Mapping[str, Any]], now: int) -> None:
        """Count an order's items, each with the others."""
        told = {line["item_id"]: line for line in lines[:MOST_COUNTED]}
        known = self.get_all(site, list(told))
        for item, line in told.items():
            others = [other for other in told if other != item]
            for _ in range(_ATTEMPTS):
                if self._save(site, _grown(known.get(item) or Sold(item), line, others), now):
                    break
                known |= self.get_all(site, [item])

    def _save(self, site: str, sold: Sold, now: int) -> bool:
        item: Item = {
            "type": "sold",
            "v": 1,
            "id": sold.id,
            "name": sold.name,
            "category": sold.category,
            "companions": dict(sold.companions),
            "version": sold.version + 1,
            "ttl": (now + RETENTION) // SECOND,
        }
        condition, values = "attribute_not_exists(pk) OR #ttl <= :now", {"now": now // SECOND}
        if sold.version:
            condition, values = "#version = :read", {"read": sold.version}
        try:
            self._table.put(Put(keys.sold(site, sold.id), item, condition, values))
        except ConditionFailed:
            return False
        return True


def _grown(sold: Sold, line: Mapping[str, Any], others: Sequence[str]) -> Sold:
    return Sold(
        sold.id,
        line.get("item_name") or sold.name,
        line.get("item_category") or sold.category,
        counted(sold.companions, others),
        sold.version,
    )


def _from_item(item: Item) -> Sold:
    return Sold(item["id"], item.get("name"), item.get("category"), dict(item["companions"]), item["version"])
