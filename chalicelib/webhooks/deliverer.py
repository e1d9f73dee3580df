"""Makes one attempt at one delivery. Whatever is asked twice, or too early, is left as it is.

An attempt is noted before it is made: a worker that dies in it leaves a lease, and when that ends the same delivery
goes out again under the same id. So each arrives at least once, and a receiver that minds the id takes it once.
"""

from __future__ import annotations

from chalicelib.clock import Clock
from chalicelib.logs import log
from chalicelib.storage.counters import Counters
from chalicelib.storage.deliveries import Deliveries
from chalicelib.storage.keys import Key
from chalicelib.storage.webhooks import Webhook, Webhooks
from chalicelib.vault import Vault
from chalicelib.webhooks.attempts import Verdict, begun, judged
from chalicelib.webhooks.endpoint import opened
from chalicelib.webhooks.payload import payload
from chalicelib.webhooks.post import Answer, NotReached, Poster, Unreached

_AGENT = "Relance-Webhooks/1"


class Deliverer:
    """What the notice queue's function calls. `real` tells the time of signatures, whatever a stage's clock shows."""

    def __init__(
        self,
        *,
        webhooks: Webhooks,
        deliveries: Deliveries,
        counters: Counters,
        poster: Poster,
        vault: Vault,
        origin: str,
        clock: Clock,
        real: Clock,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._counters = counters
        self._poster = poster
        self._vault = vault
        self._origin = origin
        self._clock = clock
        self._real = real

    def deliver(self, key: Key) -> str:
        """Try a delivery that is due; returns in a word what became of it. Raises StorageUnavailable."""
        now = self._clock.now()
        found = self._deliveries.get(key)
        if found is None or found.state != "waiting":
            return "settled"
        if found.next_at is None or now < found.next_at:
            return "early"
        webhook = self._webhooks.get(found.advertiser, found.webhook)
        delivery = begun(found, webhook, now)
        if not self._deliveries.move(delivery, found):
            return "taken"
        if webhook is None or delivery.state == "dead":
            self._count(delivery.advertiser, delivery.id, f"dead.{delivery.reason}")
            return "dead"
        body = payload(delivery, webhook.format, self._origin)
        verdict = judged(delivery, webhook, self._post(webhook, delivery.id, body), self._clock.now())
        if not self._deliveries.move(verdict.delivery, delivery):
            return "taken"
        self._settle(webhook, verdict)
        return verdict.delivery.state

    def _post(self, webhook: Webhook, delivery_id: str, body: bytes) -> Answer | Unreached:
        endpoint = opened(self._vault, webhook.id, webhook.sealed)
        headers = endpoint.headers(delivery_id, body, self._clock.now(), self._real.now())
        try:
            return self._poster.post(
                endpoint.url, {"Content-Type": "application/json", "User-Agent": _AGENT} | headers, body
            )
        except NotReached as failed:
            return failed.reason

    def _settle(self, webhook: Webhook, verdict: Verdict) -> None:
        """Note what an attempt says of its webhook. A worker that dies here leaves it to the next attempt."""
        delivery = verdict.delivery
        outcome = {"delivered": "delivered", "waiting": "failed"}.get(delivery.state, f"dead.{delivery.reason}")
        self._count(delivery.advertiser, delivery.id, outcome)
        if verdict.arrived and webhook.failing_since is not None:
            self._webhooks.failing(webhook, None)
        elif not verdict.arrived and webhook.failing_since is None:
            self._webhooks.failing(webhook, delivery.tried_at)
        if verdict.pause and self._webhooks.pause(webhook, verdict.pause):
            log("webhook_paused", webhook=webhook.id, reason=verdict.pause)
            self._count(delivery.advertiser, webhook.id, f"paused.{verdict.pause}")

    def _count(self, advertiser: str, thing: str, name: str) -> None:
        self._counters.add(advertiser, thing, self._clock.now(), f"webhook.{name}")
