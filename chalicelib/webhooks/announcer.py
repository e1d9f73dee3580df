"""Announces events to an advertiser's webhooks: stored before anything is told, so that nothing is lost on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.clock import Clock
from chalicelib.ids import new_id
from chalicelib.storage import keys
from chalicelib.storage.deliveries import Deliveries, Delivery
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.webhooks import Webhook, Webhooks
from chalicelib.webhooks import events


class Announcer:
    """What happens goes in here. Where nobody listens, an announcement writes nothing."""

    def __init__(self, webhooks: Webhooks, deliveries: Deliveries, queue: NoticeQueue, clock: Clock) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._queue = queue
        self._clock = clock

    def announce(self, advertiser_id: str, event: str, thing_id: str, body: Mapping[str, Any]) -> int:
        """Tell each webhook that wants the event; returns to how many it is newly on its way (docs/adr/0032).

        `thing_id` names the occurrence, such as a text's id: the same event of the same thing is announced once.
        Announce before the cause is settled, so that a worker that dies in between comes here again. `body` is as
        webhooks/events.py says, without personal data. Raises ValueError where it is not, and StorageUnavailable.
        """
        events.check(event, body)
        told = json.dumps(dict(body), separators=(",", ":"))
        digest = hashlib.sha256(f"{event}#{thing_id}".encode()).hexdigest()[:40]
        orders = [
            keys.delivery(delivery.webhook, delivery.id)
            for webhook in self._webhooks.listening(advertiser_id, event)
            if self._deliveries.announce(delivery := self._delivery(webhook, event, told), digest)
            if delivery.state == "waiting"
        ]
        self._queue.put(orders)
        return len(orders)

    def _delivery(self, webhook: Webhook, event: str, body: str) -> Delivery:
        now = self._clock.now()
        new = Delivery(new_id("dlv", now), webhook.id, webhook.advertiser, event, now, body, since=now, next_at=now)
        # What a paused webhook is not told can be replayed.
        return replace(new, state="dead", reason="paused", next_at=None) if webhook.state == "paused" else new
