"""How much a key has asked for in its current minute."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Table, Update

WINDOW = MINUTE


@dataclass(frozen=True, slots=True)
class Use:
    """Where a key stands after one more request."""

    used: int
    ends_at: int
    """When its window ends, and it may ask anew."""


class RateLimits:
    """Counts requests. A window is a minute by the clock."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def use(self, scope: str, now: int) -> Use:
        """Count one request of a scope."""
        start = now // WINDOW * WINDOW
        item = self._table.update(
            Update(
                keys.limit(scope, start),
                "SET #type = :type, #v = :v, #ttl = :ttl ADD #n :one",
                {"type": "limit", "v": 1, "ttl": (start + 2 * WINDOW) // SECOND, "one": 1},
            ),
            returning="ALL_NEW",
        )
        return Use(int(item["n"]), start + WINDOW)
