"""Deliveries: one event on its way to one webhook. Each stands in the index `due` until it arrived or is given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused

State = Literal["waiting", "delivered", "dead"]
KEPT = 30 * DAY
"""How long what became of a delivery can be seen, and told again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event as one webhook is told it. Its id is the `webhook-id`: the same at every attempt."""

    id: str
    webhook: str
    advertiser: str
    event: str
    at: int
    """When it was announced (epoch ms)."""
    body: str
    """Its facts, as JSON: ids, words of lists, flags and times, never what somebody wrote."""
    state: State = "waiting"
    reason: str | None = None
    """Why the last attempt did not arrive, or why there is none."""
    status: int | None = None
    """What the receiver last answered."""
    attempts: int = 0
    since: int = 0
    """When it was first tried; a replay begins anew (epoch ms)."""
    tried_at: int | None = None
    next_at: int | None = None
    """Before this time it is not tried (epoch ms)."""
    version: int = 1


class Deliveries:
    """Reads and writes of deliveries."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def announce(self, delivery: Delivery, digest: str) -> bool:
        """Store a new delivery of the event that `digest` names; False where it was announced already."""
        mark = {"type": "announced", "v": 1, "ttl": (delivery.at + KEPT) // SECOND}
        marked = Put(keys.announced(delivery.webhook, digest), mark, "attribute_not_exists(pk)")
        try:
            self._table.transact([marked, Put(_key(delivery), _item(delivery))])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True

    def add(self, delivery: Delivery) -> None:
        """Store a new delivery of what is told once by itself, such as a test."""
        self._table.put(Put(_key(delivery), _item(delivery)))

    def get(self, key: keys.Key) -> Delivery | None:
        """One delivery, or None."""
        item = self._table.get(key)
        return _delivery(item) if item else None

    def newest(self, webhook: str, limit: int, before: str = "") -> Iterator[Delivery]:
        """What a webhook was told, the newest first, from before a delivery on."""
        after = keys.delivery(webhook, before)[1] if before else ""
        partition = keys.deliveries(webhook)
        found = self._table.query(partition, keys.DELIVERY_PREFIX, newest_first=True, limit=limit, after=after)
        return map(_delivery, found)

    def move(self, delivery: Delivery, known: Delivery) -> bool:
        """Store a delivery as it was read to be; False where somebody else moved it."""
        try:
            self._table.put(Put(_key(delivery), _item(delivery), "#version = :known", {"known": known.version}))
        except ConditionFailed:
            return False
        return True


def _key(delivery: Delivery) -> keys.Key:
    return keys.delivery(delivery.webhook, delivery.id)


def _item(delivery: Delivery) -> dict[str, Any]:
    waits = delivery.state == "waiting"
    due = {"due_shard": keys.NOTICES, "due_at": delivery.next_at} if waits else {}
    return {"type": "delivery", "v": 1, "ttl": (delivery.at + KEPT) // SECOND} | asdict(delivery) | due


def _delivery(item: Mapping[str, Any]) -> Delivery:
    return Delivery(**{name: item[name] for name in Delivery.__slots__ if name in item})
