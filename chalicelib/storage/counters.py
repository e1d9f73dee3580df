"""Exact counts: a number moves in the very transaction of what it counts, and is summed on read.

Each scope has one partition a day, and in it a few items an hour, chosen by the counted thing's id, so that no single
item takes every write, and a month is read in as many calls as it has days, however much was counted.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

from chalicelib.clock import DAY, HOUR, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Table, Update
from chalicelib.storage.writes import Noted

SERVICE = "service"
"""The scope of what belongs to no known advertiser, such as a pixel with a malformed site."""
_RETENTION = 400 * DAY
_PREFIX, _ROUGH = "n.", "r."
_NEWEST = "newest."

_FEW_HOURS = 2
"""So few are asked for one by one, and not with their whole day: who watches asks each second."""

Name = TypeVar("Name", bound=Hashable)
Labels = tuple[str, ...]
"""What a count is broken down by, such as source, medium and campaign."""


class Counters:
    """Counts by scope (an advertiser, a site, SERVICE) and hour."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, scope: str, thing: str, at: int, name: str) -> None:
        """Count something that has no write of its own, such as a drop. A retried call may count twice."""
        self._table.update(_added(keys.counter(scope, at, _shard(thing)), at, {name: 1}, _ROUGH))

    def read(self, scope: str, since: int, until: int) -> dict[str, int]:
        """The sums of a scope over the hours from `since` to `until`, both included."""
        totals: Counter[str] = Counter()
        for counts in self.by_hour(scope, since, until).values():
            totals.update(counts)
        return dict(sorted(totals.items()))

    def by_hour(self, scope: str, since: int, until: int) -> dict[int, dict[str, int]]:
        """The same by each hour's beginning (epoch ms); hours in which nothing was counted are left out."""
        first, found = since - since % HOUR, defaultdict[int, Counter[str]](Counter)
        if until - first <= _FEW_HOURS * HOUR:
            for hour in range(first, until + 1, HOUR):
                for item in self._table.query(*keys.counter_hour_shards(scope, hour)):
                    found[hour].update(_counts(item))
            return {hour: dict(counts) for hour, counts in found.items()}
        for day in range(since - since % DAY, until + 1, DAY):
            for item in self._table.query(keys.counter_partition(scope, day)):
                hour = day + keys.counter_hour(item["sk"]) * HOUR
                if first <= hour <= until:
                    found[hour].update(_counts(item))
        return {hour: dict(found[hour]) for hour in sorted(found)}

    def exact_by_hour(self, scope: str, since: int, until: int) -> dict[tuple[str, int], int]:
        """Name and hour to number, of what was counted in transactions alone: what a recount must come to."""
        found: Counter[tuple[str, int]] = Counter()
        for day in range(since - since % DAY, until + 1, DAY):
            for item in self._table.query(keys.counter_partition(scope, day)):
                hour = day + keys.counter_hour(item["sk"]) * HOUR
                if since - since % HOUR <= hour <= until:
                    found.update({(name, hour): number for name, number in _counts(item, (_PREFIX,)).items()})
        return dict(found)

    def newest(self, scope: str, kind: str, now: int, days: int) -> int | None:
        """When something of a kind was last counted as its newest; None where that was not in so many days."""
        for day in range(now - now % DAY, now - days * DAY, -DAY):
            hour = ""
            found: list[int] = []
            for item in self._table.query(keys.counter_partition(scope, day), newest_first=True):
                if found and item["sk"][:2] != hour:
                    break
                if at := item.get(_NEWEST + kind):
                    hour = item["sk"][:2]
                    found.append(at)
            if found:
                return max(found)
        return None

    def read_in_all(self, scope: str) -> dict[str, int]:
        """The sums of a scope that is not told by hour."""
        totals: Counter[str] = Counter()
        for item in self._table.query(keys.counter_in_all_partition(scope)):
            totals.update(_counts(item))
        return dict(sorted(totals.items()))

    def read_by(self, advertiser: str, dimension: str, since: int, until: int) -> dict[Labels, dict[str, int]]:
        """The sums of an advertiser's breakdown in one dimension, as `read` does: labels to name to number."""
        found: defaultdict[Labels, dict[str, int]] = defaultdict(dict)
        for text, number in self.read(breakdown(advertiser), since, until).items():
            named, *labels, name = json.loads(text)
            if named == dimension:
                found[tuple(labels)][name] = number
        return dict(found)


def breakdown(advertiser: str) -> str:
    """The scope in which an advertiser's counts stand once more, by what `label` says of each."""
    return f"{advertiser}/by"


def advertiser_of(scope: str) -> str:
    """Whose a scope is, of those that are named after their advertiser."""
    return scope.partition("/")[0].partition("#")[0]


def label(dimension: str, labels: Labels, name: str) -> str:
    """The name of a count in a breakdown."""
    return json.dumps([dimension, *labels, name], ensure_ascii=False, separators=(",", ":"))


def count(scope: str, thing: str, at: int, *names: str, owner: str = "", newest: str | None = None) -> Update:
    """The write that counts `thing` once under each of the names, in its scope and hour.

    It is then also the `newest` of a kind, whose moment `Counters.newest` tells.
    """
    counted = moved(scope, thing, at, dict.fromkeys(names, 1), owner=owner)
    if newest is None:
        return counted
    expression = counted.expression.replace("SET ", "SET #newest = :newest, ", 1)
    named = {**counted.names, "newest": _NEWEST + newest}
    return counted._replace(expression=expression, values={**counted.values, "newest": at}, names=named)


def moved(
    scope: str,
    thing: str,
    at: int,
    by: Mapping[str, int],
    *,
    lane: int = 0,
    owner: str = "",
    record: str = "",
    message: str = "",
) -> Update:
    """The write that changes the counts that `thing` is counted under: what was counted may turn out otherwise.

    Kinds of things that one transaction counts in one scope stand in lanes of their own.

    In a transaction it goes with a line of the daybook, among those of `owner`: the advertiser, where its scope is not
    named after it, such as a site's or a link's. The line names the `record` and the `message`, and `thing` only where
    that is a message: it may be a person.
    """
    added = _added(keys.counter(scope, at, _shard(thing) + lane * keys.COUNTER_SHARDS), at, by)
    message = message or (thing if thing.startswith("msg_") else "")
    return added._replace(notes=Noted(owner or advertiser_of(scope), scope, at, by, record, message))


def moved_in_all(scope: str, thing: str, at: int, by: Mapping[str, int]) -> Update:
    """The same for a scope that is not told by hour; it is kept as long after its last change."""
    return _added(keys.counter_in_all(scope, _shard(thing)), at, by)


def difference(before: Mapping[Name, int], after: Mapping[Name, int]) -> dict[Name, int]:
    """By how much each count has to move."""
    by = Counter(after)
    by.subtract(before)
    return {name: number for name, number in by.items() if number}


def _added(key: keys.Key, at: int, by: Mapping[str, int], prefix: str = _PREFIX) -> Update:
    aliases = {f"count{position}": prefix + name for position, name in enumerate(by)}
    added = ", ".join(f"#{alias} :by_{alias}" for alias in aliases)
    return Update(
        key,
        f"SET #type = :type, #v = :v, #ttl = :ttl ADD {added}",
        {"type": "counter", "v": 1, "ttl": (at + _RETENTION) // SECOND}
        | {f"by_{alias}": number for alias, number in zip(aliases, by.values(), strict=True)},
        names=aliases,
    )


def _counts(item: Item, prefixes: tuple[str, ...] = (_PREFIX, _ROUGH)) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, number in item.items():
        if name.startswith(prefixes):
            found[name[len(_PREFIX) :]] += number
    return found


def _shard(thing: str) -> int:
    return zlib.crc32(thing.encode()) % keys.COUNTER_SHARDS
