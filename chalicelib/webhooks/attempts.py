"""What becomes of a delivery after an attempt: it arrived, is tried again at its time, or is given up. Pure.

Retries follow the example schedule of Standard Webhooks, spread by a tenth so that what failed together does not come
back together, and end after three days.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.webhooks import Pause, Webhook
from chalicelib.webhooks.post import Answer, Unreached

PATIENCE = 3 * DAY
"""How long a delivery is tried, and how long a webhook may fail without a break before it is paused."""
LEASE = 2 * MINUTE
"""How long an attempt may take: a worker that died in it is found out then."""
_DELAYS = (10 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery as it goes on, and what that says of its webhook."""

    delivery: Delivery
    arrived: bool = False
    pause: Pause | None = None


def begun(delivery: Delivery, webhook: Webhook | None, now: int) -> Delivery:
    """A delivery as the attempt that begins now finds it: under a lease, or dead where there is none to make."""
    if webhook is None:
        return _dead(delivery, "removed")
    if webhook.state == "paused":
        return _dead(delivery, "paused")
    if now >= delivery.since + PATIENCE:
        return _dead(delivery, "given_up")
    return replace(
        delivery, attempts=delivery.attempts + 1, tried_at=now, next_at=now + LEASE, version=delivery.version + 1
    )


def judged(delivery: Delivery, webhook: Webhook, answer: Answer | Unreached, now: int) -> Verdict:
    """What an attempt's outcome means."""
    if isinstance(answer, Answer):
        told = replace(delivery, status=answer.status, reason=f"status_{answer.status}")
        if 200 <= answer.status < 300:
            done = replace(told, state="delivered", reason=None, next_at=None, version=told.version + 1)
            return Verdict(done, arrived=True)
        if answer.status == _GONE:
            return Verdict(_dead(told, "gone"), pause="gone")
        wait = answer.retry_after_s * SECOND
    else:
        told, wait = replace(delivery, status=None, reason=answer), 0
    pause: Pause | None = None
    if webhook.failing_since is not None and now >= webhook.failing_since + PATIENCE:
        pause = "failing"
    at = now + max(_delay(delivery), wait)
    if pause or at > delivery.since + PATIENCE:
        return Verdict(_dead(told, "given_up"), pause=pause)
    return Verdict(replace(told, next_at=at, version=told.version + 1), pause=pause)


def again(delivery: Delivery, now: int) -> Delivery:
    """The same delivery from the beginning, under the same id."""
    return replace(
        delivery, state="waiting", reason="replayed", attempts=0, since=now, next_at=now, version=delivery.version + 1
    )


def _dead(delivery: Delivery, reason: str) -> Delivery:
    return replace(delivery, state="dead", reason=reason, next_at=None, version=delivery.version + 1)


def _delay(delivery: Delivery) -> int:
    """How long after its latest attempt a delivery waits: the schedule's time and up to a tenth more."""
    usual = _DELAYS[min(max(delivery.attempts, 1), len(_DELAYS)) - 1]
    return usual + usual * (zlib.crc32(f"{delivery.id}#{delivery.attempts}".encode()) % 100) // 1_000
