"""Webhooks: the addresses at which an advertiser's own tools are told what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.clock import SECOND, Clock
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, Update

Format = Literal["json", "slack"]
State = Literal["active", "paused"]
Pause = Literal["by_hand", "failing", "gone"]
"""Why a webhook is paused: somebody did, nothing arrived for days, or its owner answered 410."""
_CACHED_FOR = 10 * SECOND


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address with what is told there."""

    id: str
    advertiser: str
    name: str
    format: Format
    events: tuple[str, ...]
    sealed: bytes
    """Where it is and what its deliveries are signed with (webhooks/endpoint.py)."""
    created_at: int
    state: State = "active"
    paused: Pause | None = None
    failing_since: int | None = None
    """The first attempt that failed since one arrived (epoch ms)."""
    version: int = 1

    def wants(self, event: str) -> bool:
        """Whether it is told of an event."""
        return event in self.events


class Webhooks:
    """Reads and writes of webhooks. An advertiser's list is kept for ten seconds, as its settings are."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._lists: dict[str, tuple[int, list[Webhook]]] = {}

    def get(self, advertiser: str, webhook: str) -> Webhook | None:
        """One webhook, or None."""
        item = self._table.get(keys.webhook(advertiser, webhook))
        return _webhook(item) if item else None

    def all(self, advertiser: str) -> list[Webhook]:
        """An advertiser's webhooks, the oldest first."""
        return [
            _webhook(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.WEBHOOK_PREFIX)
        ]

    def listening(self, advertiser: str, event: str) -> list[Webhook]:
        """Those that want an event, the paused ones too."""
        now = self._clock.now()
        read_at, found = self._lists.get(advertiser, (None, []))
        if read_at is None or not 0 <= now - read_at < _CACHED_FOR:
            found = self.all(advertiser)
            self._lists[advertiser] = now, found
        return [webhook for webhook in found if webhook.wants(event)]

    def save(self, webhook: Webhook, known: Webhook | None) -> bool:
        """Store a webhook as it was read to be, under the next version; False where it was changed meanwhile."""
        item = {"type": "webhook", "v": 1} | asdict(webhook)
        condition = "#version = :known" if known else "attribute_not_exists(pk)"
        values = {"known": known.version} if known else {}
        self._lists.pop(webhook.advertiser, None)
        try:
            self._table.put(Put(keys.webhook(webhook.advertiser, webhook.id), item, condition, values))
        except ConditionFailed:
            return False
        return True

    def remove(self, webhook: Webhook) -> None:
        """Take a webhook off. What waits for it is not told any more."""
        self._lists.pop(webhook.advertiser, None)
        self._table.delete(Delete(keys.webhook(webhook.advertiser, webhook.id)))

    def pause(self, webhook: Webhook, why: Pause) -> bool:
        """Pause a webhook by itself; False where it is paused already, or gone."""
        pause = Update(
            keys.webhook(webhook.advertiser, webhook.id),
            "SET #state = :paused, #paused = :why ADD #version :one",
            {"paused": "paused", "why": why, "one": 1, "active": "active"},
            "#state = :active",
        )
        self._lists.pop(webhook.advertiser, None)
        try:
            self._table.update(pause)
        except ConditionFailed:
            return False
        return True

    def failing(self, webhook: Webhook, since: int | None) -> None:
        """Note since when nothing arrives; None where something did. Who changed it meanwhile is not in the way."""
        expression = "REMOVE #failing_since" if since is None else "SET #failing_since = :since"
        condition = "attribute_exists(#id)" + ("" if since is None else " AND attribute_not_exists(#failing_since)")
        key = keys.webhook(webhook.advertiser, webhook.id)
        try:
            self._table.update(Update(key, expression, {} if since is None else {"since": since}, condition))
        except ConditionFailed:
            return


def _webhook(item: Mapping[str, Any]) -> Webhook:
    known = {name: item[name] for name in Webhook.__slots__ if name in item}
    return Webhook(**known | {"events": tuple(item["events"])})
