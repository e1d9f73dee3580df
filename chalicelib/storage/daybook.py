"""The daybook: what moved every exact count, a line for each transaction, written in that very transaction.

A count says how many, its lines say when it was noted and of which record: what is exported day by day
(docs/exports.md), and what the counts are held against (`relance reports verify`). A day's lines stand in a few
partitions, each in the order of whose they are and of time, so that one owner's are read without anybody else's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.clock import DAY, SECOND
from chalicelib.ids import random_token
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.writes import Noted, Put, Update, Write

if TYPE_CHECKING:
    from chalicelib.storage.table import Table

RETENTION = 40 * DAY
"""A month to hold counts against, and time for what is exported each day to be late."""
RECORDS = ""
"""The scope of what is noted and is no count: that a message was made."""


class Entry(NamedTuple):
    """One count that moved."""

    scope: str
    """As storage/counters.py has it, RECORDS for what is no count."""
    at: int
    """Epoch ms: the hour that it counts in."""
    by: Mapping[str, int]
    """Name of the count to what was added."""
    record: str = ""
    """The click or the order that it is about, the order by a keyed hash."""
    message: str = ""
    """The message that it is about, or came of."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one transaction told."""

    owner: str
    """Advertiser, or SERVICE."""
    place: str
    """Where it stands in its shard: in the order of owners, then of time."""
    noted: int
    """Epoch ms: when it was written, whatever time it tells of."""
    entries: tuple[Entry, ...]


class Daybook:
    """Reads lines; writing them is the table's, with every transaction that counts."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, owner: str, since: int, until: int) -> Iterator[Line]:
        """An owner's lines that were noted from `since` to before `until` (epoch ms), in no order."""
        for day in range(since - since % DAY, until, DAY):
            for shard in range(keys.DAYBOOK_SHARDS):
                for item in self._table.query(keys.daybook(day, shard), f"{owner}#"):
                    if since <= item["noted"] < until:
                        yield _line(item)

    def page(self, day: int, shard: int, after: str, limit: int) -> list[Line]:
        """Up to `limit` lines of everybody, of a day's shard behind a place, in the order of places."""
        return [_line(item) for item in self._table.query(keys.daybook(day, shard), after=after, limit=limit)]

    def page_of(self, owner: str, day: int, shard: int, after: str, limit: int) -> list[Line]:
        """The same of one owner."""
        found = self._table.query(keys.daybook(day, shard), f"{owner}#", after=after, limit=limit)
        return [_line(item) for item in found]


def lines_of(writes: Sequence[Write], noted: int) -> Iterator[Put]:
    """The lines of a transaction: one for each whose counts it moves, none where it moves none."""
    told: dict[str, list[Noted]] = {}
    for write in writes:
        if isinstance(write, Put | Update) and write.notes:
            told.setdefault(write.notes.owner, []).append(write.notes)
    for owner, entries in told.items():
        name = random_token()
        shard = zlib.crc32(name.encode()) % keys.DAYBOOK_SHARDS
        yield Put(keys.daybook_line(noted, shard, owner, name), _item(owner, noted, entries))


def is_noted(writes: Iterable[Write]) -> bool:
    """Whether there is something to note of any of the writes."""
    return any(isinstance(write, Put | Update) and write.notes for write in writes)


def _item(owner: str, noted: int, entries: Iterable[Noted]) -> Item:
    return {
        "type": "daybook_line",
        "v": 1,
        "ttl": (noted + RETENTION) // SECOND,
        "owner": owner,
        "noted": noted,
        "entries": [{name: value for name, value in told._asdict().items() if value} for told in entries],
    }


def _line(item: Item) -> Line:
    entries = (
        Entry(told.get("scope", RECORDS), told["at"], told["by"], told.get("record", ""), told.get("message", ""))
        for told in item["entries"]
    )
    return Line(item["owner"], item["sk"], item["noted"], tuple(entries))
