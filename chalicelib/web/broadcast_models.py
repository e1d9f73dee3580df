"""Bodies and answers of broadcasts in the admin API. Times in epoch milliseconds, money in micro-units."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.clock import SECOND
from chalicelib.messaging.differences import Compared
from chalicelib.storage.broadcasts import Broadcast, Plan
from chalicelib.web.body import Body, Name, example
from chalicelib.web.message_models import epoch_ms

_Id = Annotated[str, Field(min_length=1, max_length=80)]
_FOUR_WEEKS_S = 28 * 24 * 3600


class NewBroadcast(Body):
    """A segment, a text and a time."""

    model_config = example(
        {
            "name": "Soldes",
            "segment": "seg_01JD8Z0000000000000000000A",
            "template": "sale",
            "link": "https://shop.example/sale",
        }
    )

    name: Name
    segment: _Id
    template: _Id
    start_at: datetime | None = None
    """Without one, it begins with its launch."""
    pace_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 600
    expires_in_s: Annotated[int, Field(ge=600, le=_FOUR_WEEKS_S)] = 12 * 3600
    """How long after its own moment a message still makes sense."""
    link: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Where its links lead. `{code}` stands for the message's promo code."""
    sender: _Id | None = None


class ReachQuestion(Body):
    """When a segment would be written to, with what."""

    model_config = example({"message_class": "marketing"})

    at: datetime | None = None
    message_class: Literal["marketing", "notification"] = "marketing"
    template: _Id | None = None
    """With one, its text is filled in for each: who it cannot be said to is told."""


def plan_from(body: NewBroadcast) -> Plan:
    """What is stored of a body; the class is the template's."""
    return Plan(
        name=body.name,
        segment=body.segment,
        template=body.template,
        message_class="marketing",
        start_at=epoch_ms(body.start_at),
        pace=body.pace_per_minute,
        expires_ms=body.expires_in_s * SECOND,
        link=body.link,
        sender=body.sender,
    )


def broadcast_answer(broadcast: Broadcast, *, needs_approval: bool = False, halt: str | None = None) -> dict[str, Any]:
    """A broadcast as the API tells it."""
    plan = broadcast.plan
    return {
        "broadcast": broadcast.id,
        "name": plan.name,
        "state": broadcast.state,
        "segment": plan.segment,
        "template": plan.template,
        "class": plan.message_class,
        "start_at": plan.start_at,
        "pace_per_minute": plan.pace,
        "expires_in_s": plan.expires_ms // SECOND,
        "link": plan.link,
        "sender": plan.sender,
        "rehearsal": broadcast.rehearsed or None,
        "needs_approval": needs_approval,
        "approved_at": broadcast.approved_at or None,
        "approved_by": broadcast.approved_by or None,
        "launched_at": broadcast.launched_at or None,
        "launched_by": broadcast.launched_by or None,
        "made": broadcast.made,
        "ended_at": broadcast.ended_at or None,
        "waits_for": broadcast.waits_for or None,
        "halt": halt,
    }


def compared_answer(compared: Compared) -> dict[str, Any]:
    """A page of what became of a broadcast, beside what was foreseen."""
    return {
        "same": compared.same,
        "waiting": compared.waiting,
        "unforeseen": compared.unforeseen,
        "differences": [
            {
                "message": one.message,
                "foreseen": {"outcome": one.foreseen.outcome, "reason": one.foreseen.reason} if one.foreseen else None,
                "became": asdict(one.became),
            }
            for one in compared.differences
        ],
    }
