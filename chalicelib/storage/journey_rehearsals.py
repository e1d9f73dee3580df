"""The last rehearsal of each journey that looks at everybody: how far it is, and what it has found.

A large one is long work (storage/jobs.py). It moves only at the `moves` that it was read at, so that of two workers,
or of a worker and a rehearsal that was asked for meanwhile, one goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

_KEPT = 30 * DAY


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of one version of a journey. Times in epoch ms."""

    advertiser: str
    journey: str
    version: int
    texts: str
    """Fingerprint of the templates that it was rehearsed with."""
    asked_at: int
    start_at: int
    moves: int = 1
    ended_at: int = 0
    """0 while it goes on."""
    found: str = ""
    """JSON: what it found (journeys/outlook.py)."""
    so_far: str = ""
    """JSON: what it has found until now, and behind whom it goes on."""
    due_at: int | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What it found; empty while it goes on."""
        found: dict[str, Any] = json.loads(self.found) if self.found else {}
        return found


class JourneyRehearsals:
    """One item per journey, beside its advertiser's."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, journey: str) -> Rehearsal | None:
        """The last rehearsal of a journey, or None."""
        item = self._table.get(keys.journey_rehearsal(advertiser, journey))
        return _rehearsal(item) if item else None

    def save(self, rehearsal: Rehearsal, known: Rehearsal | None) -> bool:
        """Store it where it still is as it was `known`. False where it is not."""
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition, values = "#moves = :read", {"read": known.moves}
        item = {name: getattr(rehearsal, name) for name in Rehearsal.__slots__}
        waits = {"due_shard": keys.JOBS} if rehearsal.due_at is not None else {}
        ttl = (rehearsal.asked_at + _KEPT) // SECOND
        put = {"type": "journey_rehearsal", "v": 1, "ttl": ttl} | item | waits
        try:
            self._table.put(
                Put(keys.journey_rehearsal(rehearsal.advertiser, rehearsal.journey), put, condition, values)
            )
        except ConditionFailed:
            return False
        return True


def _rehearsal(item: Item) -> Rehearsal:
    return Rehearsal(**{name: item[name] for name in Rehearsal.__slots__ if name in item})
