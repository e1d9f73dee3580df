"""Whether a provider answers, as all workers see it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass

from chalicelib.storage import keys
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import ConditionFailed, Put, Table


@dataclass(frozen=True, slots=True)
class Breaker:
    """A provider's failures of late; moments in epoch ms."""

    provider: str
    version: int = 0
    since: int = 0
    """When the failures began that are counted."""
    failures: int = 0
    open_until: int = 0
    """Nothing is handed over before."""
    opened: int = 0
    """How often it opened without an answer in between."""


class Breakers:
    """Read at most every five seconds in each container; written only when a provider fails, or is back."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def get(self, provider: str) -> Breaker:
        """A provider's breaker; a closed one where none was ever written."""
        item = self._kept.get(keys.breaker(provider))
        return Breaker(**{name: item[name] for name in Breaker.__slots__}) if item else Breaker(provider)

    def save(self, breaker: Breaker, known: Breaker) -> None:
        """Store what became of a breaker. Another worker that was faster has told the same: its word stands."""
        item = {"type": "breaker", "v": 1} | asdict(breaker) | {"version": known.version + 1}
        with suppress(ConditionFailed):
            self._table.put(
                Put(
                    keys.breaker(breaker.provider),
                    item,
                    "attribute_not_exists(pk) OR #version = :read",
                    {"read": known.version},
                )
            )
        self._kept.forget(keys.breaker(breaker.provider))
