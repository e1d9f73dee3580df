"""Pools of promo codes: what a code of the pool is worth, and how many there are.

The stock stands on several items, chosen by the message's id, so that a broadcast does not queue at one of them.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table, Update

StockName = Literal["free", "issued", "redeemed"]


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a code is worth: an amount, a share of the basket, or free delivery."""

    kind: Literal["amount", "share", "free_delivery"]
    amount_micro: int | None = None
    currency: str | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Settings of a pool; moments in epoch ms."""

    id: str
    advertiser: str
    name: str
    benefit: Benefit
    uses: int = 1
    """How many orders each code is good for; 0 for any number."""
    since: int | None = None
    until: int | None = None
    valid_for_ms: int | None = None
    """From the sending of its message."""
    until_midnight: bool = False
    """Of the day on which its message goes, where the recipient is."""
    low_stock: int = 0
    """With so few free codes left, a warning is due."""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Stock:
    """How many codes wait, how many went out, how many orders used one."""

    free: int
    issued: int
    redeemed: int


class PromoPools:
    """Settings and stock."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, pool_id: str) -> Pool | None:
        """One pool of an advertiser, or None."""
        item = self._table.get(keys.promo_pool(advertiser, pool_id))
        return _from_item(item) if item else None

    def all_of(self, advertiser: str) -> list[Pool]:
        """An advertiser's pools, the oldest first."""
        return [_from_item(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.POOL_PREFIX)]

    def create(self, pool: Pool) -> None:
        """Store a new pool."""
        self._table.put(Put(keys.promo_pool(pool.advertiser, pool.id), _item(pool), "attribute_not_exists(pk)"))

    def replace(self, pool: Pool) -> bool:
        """Change a pool's settings. False where there is no such pool."""
        try:
            self._table.put(Put(keys.promo_pool(pool.advertiser, pool.id), _item(pool), "attribute_exists(pk)"))
        except ConditionFailed:
            return False
        return True

    def stock(self, pool_id: str) -> Stock:
        """What the pool holds now."""
        totals: Counter[str] = Counter()
        for item in self._table.query(keys.promo_stock(pool_id), keys.STOCK_PREFIX):
            totals.update({name: item.get(name, 0) for name in ("free", "issued", "redeemed")})
        return Stock(totals["free"], totals["issued"], totals["redeemed"])


def stock_moved(pool_id: str, thing: str, by: Mapping[StockName, int]) -> Update:
    """The write that moves a pool's stock, in the transaction of what happened to `thing`."""
    added = ", ".join(f"#{name} :{name}" for name in by)
    return Update(
        keys.promo_stock_shard(pool_id, zlib.crc32(thing.encode()) % keys.COUNTER_SHARDS),
        f"SET #type = :type, #v = :v ADD {added}",
        {"type": "promo_stock", "v": 1} | dict(by),
    )


def _item(pool: Pool) -> Item:
    return {"type": "promo_pool", "v": 1} | asdict(pool)


def _from_item(item: Item) -> Pool:
    known: dict[str, Any] = {name: item[name] for name in Pool.__slots__ if name in item}
    return Pool(**known | {"benefit": Benefit(**item["benefit"])})
