"""What is told of a webhook's delivery, for the API's description."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from chalicelib.storage.deliveries import State
from chalicelib.units import Count, Moment


class DeliveryTold(TypedDict):
    """What a webhook was told, and whether it arrived."""

    delivery: str
    event: str
    state: State
    reason: str | None
    """Why it did not arrive."""
    status: int | None
    """What the receiver answered last."""
    attempts: Count
    announced_at: Moment
    tried_at: Moment | None
    next_at: Moment | None
    data: dict[str, Any]
    """The event's own, as `webhooks` of this description tells it."""
