"""Which reports of providers were taken, so that each counts once; and which message a provider's own id stands for."""

from __future__ import annotations

import hashlib

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table

_RETENTION = 30 * DAY
"""Longer than any provider goes on reporting: End User Messaging ends after three days."""


class Receipts:
    """What was reported already."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def taken(self, provider: str, event_id: str) -> bool:
        """Whether a report was taken before."""
        return self._table.get(keys.receipt(provider, _digest(event_id))) is not None

    def message_of(self, provider: str, provider_id: str) -> str | None:
        """The message that a provider gave an id of its own, where that was noted."""
        item = self._table.get(keys.handed(provider, _digest(provider_id)))
        return str(item["message"]) if item else None


def take(provider: str, event_id: str, now: int) -> Put:
    """The write that takes a report, on condition that nobody has."""
    item = {"type": "receipt", "v": 1, "at": now, "ttl": (now + _RETENTION) // SECOND}
    return Put(keys.receipt(provider, _digest(event_id)), item, "attribute_not_exists(pk)")


def handed(provider: str, provider_id: str, message_id: str, now: int) -> Put:
    """The write that notes a provider's own id, for reports that name no other."""
    item = {"type": "handed", "v": 1, "message": message_id, "ttl": (now + _RETENTION) // SECOND}
    return Put(keys.handed(provider, _digest(provider_id)), item)


def _digest(id_: str) -> str:
    """A provider may put into its ids what it likes, at any length."""
    return hashlib.sha256(id_.encode()).hexdigest()[:40]
