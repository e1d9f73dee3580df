"""Webhooks that lead to a receiver on this machine, and what they were told."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.ids import new_id
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.webhooks import Format, Webhook
from chalicelib.webhooks.endpoint import Endpoint, Secret, new_secret
from tests.support.world import World

ADVERTISER = "adv_a"
THREAD = "thr_01J00000000000000000000000"


def listens(
    world: World,
    url: str,
    *events: str,
    form: Format = "json",
    secret: str = "",
    advertiser: str = ADVERTISER,
) -> Webhook:
    """A webhook of the advertiser at an address, as the desk would save it."""
    now = world.clock.now()
    webhook_id = new_id("wh", now)
    endpoint = Endpoint(url, (Secret(secret or new_secret()),))
    sealed = endpoint.sealed(world.services.vault, webhook_id)
    made = Webhook(webhook_id, advertiser, "Helpdesk", form, events or ("conversation.waiting",), sealed, now)
    assert world.services.webhooks.save(made, None)
    return made


def waits(world: World, thing: str = "text-1", **more: Any) -> int:
    """Somebody waits for an answer."""
    body = {"conversation": THREAD, "waiting_since": world.clock.now(), "intent": "question"} | more
    return world.services.announcer.announce(ADVERTISER, "conversation.waiting", thing, body)


def told(world: World, webhook: Webhook) -> list[Delivery]:
    """What became of a webhook's deliveries, the oldest first."""
    return list(world.services.deliveries.newest(webhook.id, 100))[::-1]


def read(body: str) -> dict[str, Any]:
    """A body that was received."""
    parsed: dict[str, Any] = json.loads(body)
    return parsed
