"""An advertiser's webhooks: made, changed, rotated, tested, and what did not arrive told again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.storage import keys
from chalicelib.storage.deliveries import Deliveries, Delivery
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.webhooks import Format, State, Webhook, Webhooks
from chalicelib.vault import Vault
from chalicelib.webhooks.attempts import again
from chalicelib.webhooks.endpoint import Endpoint, Secret, new_secret, opened
from chalicelib.webhooks.events import PING

if TYPE_CHECKING:
    from chalicelib.webhooks.delivery_shapes import DeliveryTold

MOST = 20
"""Webhooks that an advertiser has."""
_HERE = re.compile(r"https?://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?(/[!-~]*)?")


class WebhookDesk:
    """`target` gives an address as links keep it, or raises ValueError that says what is right instead."""

    def __init__(
        self,
        *,
        webhooks: Webhooks,
        deliveries: Deliveries,
        queue: NoticeQueue,
        target: Callable[[str], str],
        loopback: bool,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._queue = queue
        self._target = target
        self._loopback = loopback
        self._vault = vault
        self._clock = clock

    def create(
        self, advertiser: str, *, name: str, url: str, form: Format, events: Sequence[str]
    ) -> tuple[Webhook, str]:
        """A new webhook with its secret, which is shown this once. Raises InvalidInput or Conflict."""
        address = self._checked(url)
        if len(self._webhooks.all(advertiser)) >= MOST:
            raise Conflict(f"an advertiser has at most {MOST} webhooks: remove one")
        now, secret = self._clock.now(), new_secret()
        webhook_id = new_id("wh", now)
        sealed = Endpoint(address, (Secret(secret),)).sealed(self._vault, webhook_id)
        made = Webhook(webhook_id, advertiser, name, form, _in_order(events), sealed, now)
        self._save(made, None)
        return made, secret

    def find(self, advertiser: str, webhook_id: str) -> Webhook:
        """One webhook; raises NotFound."""
        found = self._webhooks.get(advertiser, webhook_id)
        if found is None:
            raise NotFound("webhook")
        return found

    def all_of(self, advertiser: str) -> list[Webhook]:
        """An advertiser's webhooks, the oldest first."""
        return self._webhooks.all(advertiser)

    def url(self, webhook: Webhook) -> str:
        """Where a webhook is. The path of Slack's is a secret of its own, and is not told."""
        url = opened(self._vault, webhook.id, webhook.sealed).url
        parts = urlsplit(url)
        return url if webhook.format == "json" else f"{parts.scheme}://{parts.netloc}/…"

    def change(
        self,
        advertiser: str,
        webhook_id: str,
        *,
        name: str,
        url: str | None,
        form: Format,
        events: Sequence[str],
        state: State,
    ) -> Webhook:
        """Replace a webhook's settings; without `url` it stays where it is. One that is made active begins anew.

        What came while it was paused can be replayed. Raises NotFound, InvalidInput or Conflict.
        """
        known = self.find(advertiser, webhook_id)
        sealed = known.sealed
        if url is None and known.format == "slack" and form != "slack":
            # Else whoever may change a webhook could read what only its owner knows.
            told = "Slack's address is not shown: with another format, say another one"
            raise InvalidInput([FieldError("url", "required", told)])
        if url is not None:
            endpoint = opened(self._vault, webhook_id, sealed)
            sealed = replace(endpoint, url=self._checked(url)).sealed(self._vault, webhook_id)
        changed = replace(
            known, name=name, format=form, events=_in_order(events), sealed=sealed, version=known.version + 1
        )
        if state == "paused" and known.state == "active":
            changed = replace(changed, state="paused", paused="by_hand")
        elif state == "active" and known.state == "paused":
            changed = replace(changed, state="active", paused=None, failing_since=None)
        self._save(changed, known)
        return changed

    def remove(self, advertiser: str, webhook_id: str) -> None:
        """Take a webhook off; raises NotFound."""
        self._webhooks.remove(self.find(advertiser, webhook_id))

    def rotate(self, advertiser: str, webhook_id: str, overlap: int) -> str:
        """A new secret, shown this once; the current one signs beside it for `overlap` ms.

        Raises NotFound, or Conflict where it was changed meanwhile.
        """
        known, secret = self.find(advertiser, webhook_id), new_secret()
        endpoint = opened(self._vault, webhook_id, known.sealed).rotated(secret, self._clock.now(), overlap)
        sealed = endpoint.sealed(self._vault, webhook_id)
        self._save(replace(known, sealed=sealed, version=known.version + 1), known)
        return secret

    def test(self, advertiser: str, webhook_id: str) -> Delivery:
        """Send a `ping`, whichever events it wants. Raises NotFound, or Conflict where it is paused."""
        webhook = self._active(advertiser, webhook_id)
        now = self._clock.now()
        body = json.dumps({"sent_at": now}, separators=(",", ":"))
        ping = Delivery(new_id("dlv", now), webhook.id, advertiser, PING, now, body, since=now, next_at=now)
        self._deliveries.add(ping)
        self._queue.put([keys.delivery(webhook.id, ping.id)])
        return ping

    def deliveries(self, advertiser: str, webhook_id: str, after: str, limit: int) -> tuple[list[Delivery], str | None]:
        """What a webhook was told in the last 30 days, the newest first, and where the list goes on; NotFound."""
        webhook = self.find(advertiser, webhook_id)
        found = list(self._deliveries.newest(webhook.id, limit, after))
        return found, found[-1].id if len(found) == limit else None

    def replay(self, advertiser: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Tell a delivery again, under the id that it had, for three days. Raises NotFound or Conflict."""
        webhook = self._active(advertiser, webhook_id)
        key = keys.delivery(webhook.id, delivery_id)
        known = self._deliveries.get(key)
        if known is None:
            raise NotFound("delivery")
        if known.state == "waiting":
            raise Conflict("it is on its way")
        told = again(known, self._clock.now())
        if not self._deliveries.move(told, known):
            raise Conflict("somebody else replays it")
        self._queue.put([key])
        return told

    def _active(self, advertiser: str, webhook_id: str) -> Webhook:
        webhook = self.find(advertiser, webhook_id)
        if webhook.state == "paused":
            raise Conflict("the webhook is paused: make it active first")
        return webhook

    def _checked(self, url: str) -> str:
        """An address that may be told something: https, public, without a fragment. Raises InvalidInput."""
        if self._loopback and _HERE.fullmatch(url):
            return url
        try:
            address = self._target(url)
        except ValueError as refused:
            raise InvalidInput([FieldError("url", "target", str(refused))]) from None
        if not address.startswith("https://"):
            raise InvalidInput([FieldError("url", "scheme", "begin with https://")])
        if "#" in address:
            raise InvalidInput([FieldError("url", "fragment", "a receiver never sees what is behind #")])
        return address

    def _save(self, webhook: Webhook, known: Webhook | None) -> None:
        if not self._webhooks.save(webhook, known):
            raise Conflict("it was changed meanwhile: read it again")


def _in_order(events: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(events))


def delivery_facts(delivery: Delivery) -> DeliveryTold:
    """A delivery as API and command line tell it. Times are UTC epoch milliseconds."""
    return {
        "delivery": delivery.id,
        "event": delivery.event,
        "state": delivery.state,
        "reason": delivery.reason,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "announced_at": delivery.at,
        "tried_at": delivery.tried_at,
        "next_at": delivery.next_at,
        "data": json.loads(delivery.body),
    }
