"""Exact counts: a number moves in the very transaction of what it counts, and is summed on read.

Each scope has one partition an hour and a few items in it, chosen by the counted thing's id, so that no single item
takes every write.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping

from chalicelib.clock import DAY, HOUR, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Table, Update

SERVICE = "service"
"""The scope of what belongs to no known advertiser, such as a pixel with a malformed site."""
_RETENTION = 400 * DAY
_PREFIX = "n."


class Counters:
    """Counts by scope (an advertiser, a site, SERVICE) and hour."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, scope: str, thing: str, at: int, name: str) -> None:
        """Count something that has no write of its own, such as a drop. A retried call may count twice."""
        self._table.update(count(scope, thing, at, name))

    def read(self, scope: str, since: int, until: int) -> dict[str, int]:
        """The sums of a scope over the hours from `since` to `until`, both included."""
        totals: Counter[str] = Counter()
        for hour in range(since - since % HOUR, until + 1, HOUR):
            for item in self._table.query(keys.counter_partition(scope, hour)):
                totals.update({n.removeprefix(_PREFIX): v for n, v in item.items() if n.startswith(_PREFIX)})
        return dict(sorted(totals.items()))


def count(scope: str, thing: str, at: int, *names: str) -> Update:
    """The write that counts `thing` once under each of the names, in its scope and hour."""
    return moved(scope, thing, at, dict.fromkeys(names, 1))


def moved(scope: str, thing: str, at: int, by: Mapping[str, int]) -> Update:
    """The write that changes the counts that `thing` is counted under: what was counted may turn out otherwise."""
    aliases = {f"count{position}": _PREFIX + name for position, name in enumerate(by)}
    added = ", ".join(f"#{alias} :by_{alias}" for alias in aliases)
    return Update(
        keys.counter(scope, at, zlib.crc32(thing.encode()) % keys.COUNTER_SHARDS),
        f"SET #type = :type, #v = :v, #ttl = :ttl ADD {added}",
        {"type": "counter", "v": 1, "ttl": (at + _RETENTION) // SECOND}
        | {f"by_{alias}": number for alias, number in zip(aliases, by.values(), strict=True)},
        names=aliases,
    )
