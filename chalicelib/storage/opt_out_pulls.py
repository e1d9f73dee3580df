"""How far the pull of each provider's opt-out list came: one that runs out of time goes on where it stopped."""

from __future__ import annotations

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table

_RETENTION = 30 * DAY


class OptOutPulls:
    """One item for each provider."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, provider: str) -> str | None:
        """Where the pull goes on; None for the list's beginning."""
        item = self._table.get(keys.opt_outs(provider))
        return item.get("page") if item else None

    def save(self, provider: str, page: str | None, now: int) -> None:
        """Remember where it goes on; None where the list was read to its end."""
        item = {"type": "opt_outs", "v": 1, "page": page, "at": now, "ttl": (now + _RETENTION) // SECOND}
        self._table.put(Put(keys.opt_outs(provider), item))
