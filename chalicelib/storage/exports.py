"""Exports that were asked for: what, how far it is, and which files there are. Long work (storage/jobs.py)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

What = Literal["events", "messages", "clicks", "conversions", "replies"]
Form = Literal["csv", "ndjson"]
State = Literal["waiting", "running", "done", "failed"]
KEPT = 7 * DAY
"""Of an export and its files (infra/resources.yaml)."""


@dataclass(frozen=True, slots=True)
class Export:
    """An advertiser's rows of one table. Times in epoch ms."""

    id: str
    advertiser: str
    table: What
    form: Form
    since: int
    until: int
    asked_at: int
    state: State = "waiting"
    after: str = ""
    """Where the next file goes on."""
    files: tuple[int, ...] = ()
    """How many rows each has."""
    moves: int = 1
    tries: int = 0
    ended_at: int = 0
    """0 while it goes on."""
    due_at: int | None = None

    def file(self, number: int) -> str:
        """What one of its files is called."""
        return f"{self.table}-{number + 1:03d}.{self.form}.gz"


class Exports:
    """One item each, among its advertiser's settings."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, export: str) -> Export | None:
        """One export, or None."""
        return self.at(keys.export(advertiser, export))

    def at(self, key: keys.Key) -> Export | None:
        """The same by its key."""
        item = self._table.get(key)
        return _export(item) if item else None

    def page(self, advertiser: str, after: str, limit: int) -> list[Export]:
        """An advertiser's exports behind an id, the newest first."""
        behind = f"{keys.EXPORT_PREFIX}{after}" if after else ""
        found = self._table.query(
            keys.advertiser_partition(advertiser), keys.EXPORT_PREFIX, newest_first=True, after=behind, limit=limit
        )
        return [_export(item) for item in found]

    def save(self, export: Export, known: Export | None) -> bool:
        """Store it where it still is as it was `known`. False where it is not."""
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition, values = "#moves = :read", {"read": known.moves}
        waits = {"due_shard": keys.JOBS} if export.due_at is not None else {}
        item = {"type": "export", "v": 1, "ttl": (export.asked_at + KEPT) // SECOND} | asdict(export) | waits
        try:
            self._table.put(Put(keys.export(export.advertiser, export.id), item, condition, values))
        except ConditionFailed:
            return False
        return True


def _export(item: Item) -> Export:
    told = {name: item[name] for name in Export.__slots__ if name in item}
    return Export(**told | {"files": tuple(item["files"])})
