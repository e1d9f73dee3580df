"""One-time codes that were sent, and how many may be sent. Neither names a phone."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table, Update


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that was sent, by its keyed hash."""

    id: str
    asked_for: str
    """A keyed hash of who had it sent, and may check it."""
    code_hash: str
    tries: int
    """How many guesses are left."""
    expires_at: int


class Verifications:
    """Each guess takes a try before it is looked at, so no number of parallel guesses has more than were given."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, sent: Sent) -> None:
        """Keep a code until it expires."""
        item = {
            "type": "verification",
            "v": 1,
            "id": sent.id,
            "asked_for": sent.asked_for,
            "code_hash": sent.code_hash,
            "tries": sent.tries,
            "expires_at": sent.expires_at,
            "ttl": sent.expires_at // SECOND + 1,
        }
        self._table.put(Put(keys.verification(sent.id), item))

    def get(self, verification_id: str) -> Sent | None:
        """A code that was sent and is still kept, or None."""
        item = self._table.get(keys.verification(verification_id))
        return _sent(item) if item else None

    def take_try(self, verification_id: str) -> Sent | None:
        """Use up one guess; None where none is left, or the code was used."""
        try:
            item = self._table.update(
                Update(
                    keys.verification(verification_id),
                    "ADD #tries :minus",
                    {"minus": -1, "zero": 0},
                    condition="#tries > :zero AND attribute_not_exists(#used)",
                ),
                returning="ALL_NEW",
            )
        except ConditionFailed:
            return None
        return _sent(item)

    def use(self, verification_id: str) -> bool:
        """Use a code; False where somebody has."""
        try:
            self._table.update(
                Update(
                    keys.verification(verification_id),
                    "SET #used = :used",
                    {"used": True},
                    condition="attribute_exists(pk) AND attribute_not_exists(#used)",
                )
            )
        except ConditionFailed:
            return False
        return True

    def count(self, scope: str, window_ms: int, most: int, now: int) -> bool:
        """Count one sending in a scope's current window; False where the window is full."""
        start = now // window_ms * window_ms
        try:
            self._table.update(
                Update(
                    keys.limit(scope, start),
                    "SET #type = :type, #v = :v, #ttl = :ttl ADD #n :one",
                    {"type": "limit", "v": 1, "ttl": (start + 2 * window_ms) // SECOND, "one": 1, "most": most},
                    condition="attribute_not_exists(#n) OR #n < :most",
                )
            )
        except ConditionFailed:
            return False
        return True


def _sent(item: Item) -> Sent:
    return Sent(item["id"], item.get("asked_for", ""), item["code_hash"], item["tries"], item["expires_at"])
