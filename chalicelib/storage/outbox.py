"""What the `outbox` provider keeps for the phone simulator: messages to a phone, and the phone's replies. Sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Put, Table

_RETENTION = 30 * DAY
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One SMS, from (`in`) or to (`out`) a phone. `sealed` holds phone, sender and text."""

    id: str
    at: int
    direction: Literal["in", "out"]
    sealed: bytes


class Outbox:
    """The last SMS of the stage, newest first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entry: OutboxEntry) -> None:
        """Keep an SMS."""
        item = {
            "type": "outbox",
            "v": 1,
            "id": entry.id,
            "at": entry.at,
            "direction": entry.direction,
            "sealed": entry.sealed,
            "ttl": (entry.at + _RETENTION) // SECOND,
        }
        self._table.put(Put(keys.outbox(entry.at, entry.id), item))

    def newest(self) -> list[OutboxEntry]:
        """The newest SMS first, 200 at most."""
        return [_entry(item) for item in self._table.query("OUTBOX", newest_first=True, limit=_SHOWN)]

    def since(self, at: int) -> list[OutboxEntry]:
        """All SMS from a moment on (epoch ms), the oldest first."""
        return [_entry(item) for item in self._table.query("OUTBOX", after=keys.outbox(at, "")[1])]


def _entry(item: Item) -> OutboxEntry:
    return OutboxEntry(item["id"], item["at"], item["direction"], item["sealed"])
