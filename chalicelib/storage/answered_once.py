"""Requests that carry an `Idempotency-Key`: what each was answered, for a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.clock import DAY, MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, Update

_KEPT = DAY
LEASE = 2 * MINUTE
"""How long a request may take. Of one that is not done after it the worker died."""


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier request with the same key."""

    fingerprint: str
    """Of what was asked: another request with the same key is a mistake."""
    answer: bytes | None
    """What it was answered, sealed; None while it runs, or where the answer was too large to be kept."""
    done: bool
    lease: int = 0

    def runs(self, now: int) -> bool:
        """Whether it may still be at work."""
        return now < self.lease


class AnsweredOnce:
    """Storage of answers by key."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, name: str, fingerprint: str, now: int) -> Before | None:
        """Take a name for a request; what took it before, or None where nothing has."""
        item: dict[str, Any] = {
            "type": "answered_once",
            "v": 1,
            "fingerprint": fingerprint,
            "lease": now + LEASE,
            "ttl": (now + _KEPT) // SECOND,
        }
        put = Put(
            keys.answered_once(name),
            item,
            condition="attribute_not_exists(pk) OR #ttl <= :seconds",
            values={"seconds": now // SECOND},
        )
        try:
            self._table.put(put)
        except ConditionFailed as refused:
            return _before(refused.found or self._table.get(keys.answered_once(name)))
        return None

    def settle(self, name: str, answer: bytes | None) -> None:
        """Keep what was answered."""
        self._table.update(
            Update(keys.answered_once(name), "SET #done = :done, #answer = :answer", {"done": True, "answer": answer})
        )

    def forget(self, name: str) -> None:
        """Nothing came of it: the same request may be made again."""
        self._table.delete(Delete(keys.answered_once(name)))


def _before(item: Item | None) -> Before:
    if item is None:
        return Before("", None, done=False)
    return Before(item["fingerprint"], item.get("answer"), item.get("done", False), item["lease"])
