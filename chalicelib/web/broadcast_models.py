"""Bodies and answers of broadcasts in the admin API. Times in epoch milliseconds, money in micro-units."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.messaging.differences import Difference, Outcome
from chalicelib.messaging.rehearsal_shapes import Reach
from chalicelib.storage.broadcasts import Broadcast, Plan, State
from chalicelib.storage.messages import MessageClass
from chalicelib.units import Count, Moment, Seconds
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


class ReachTold(Reach):
    """How many of a segment could be written to at a moment."""

    segment: str
    at: Moment


class Rehearsed(Reach):
    """What the last rehearsal found."""

    rehearsed_at: Moment
    start_at: Moment
    """When it was to begin."""
    template: str
    """Fingerprint of the text: another one has to be rehearsed anew."""


_Class = TypedDict("_Class", {"class": MessageClass})


class BroadcastTold(_Class):
    """A broadcast as it stands."""

    broadcast: str
    name: str
    state: State
    segment: str
    template: str
    start_at: Moment | None
    """Without one, it begins with its launch."""
    pace_per_minute: Count
    expires_in_s: Seconds
    link: str | None
    sender: str | None
    rehearsal: Rehearsed | None
    """None also in the list."""
    needs_approval: bool
    """Whether a second person has to agree to it."""
    approved_at: Moment | None
    approved_by: str | None
    """The id of the key."""
    launched_at: Moment | None
    launched_by: str | None
    made: Count
    """Messages that were made up to now."""
    ended_at: Moment | None
    waits_for: str | None
    """Why it does not go on."""
    halt: str | None
    """What stands still, so that nothing leaves: the campaign, the advertiser, or `*` for everything."""


class RowForeseen(TypedDict):
    """What a rehearsal foresees for one person."""

    person: str
    message: str
    outcome: Literal["sent", "refused"]
    at: Moment
    """When it would leave."""
    reason: str | None
    parts: Count


class ForeseenTold(TypedDict):
    """What was foreseen for a message."""

    outcome: Literal["sent", "refused"]
    reason: str | None


class BecameTold(TypedDict):
    """What became of it."""

    outcome: Outcome
    reason: str | None


class DifferenceTold(TypedDict):
    """A message of which something else became."""

    message: str
    foreseen: ForeseenTold | None
    """None: its person was not there then."""
    became: BecameTold


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


def broadcast_answer(broadcast: Broadcast, *, needs_approval: bool = False, halt: str | None = None) -> BroadcastTold:
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
        "rehearsal": cast("Rehearsed", broadcast.rehearsed) if broadcast.rehearsal else None,
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


def difference_answer(one: Difference) -> DifferenceTold:
    """What became of a message, beside what was foreseen."""
    return {
        "message": one.message,
        "foreseen": {"outcome": one.foreseen.outcome, "reason": one.foreseen.reason} if one.foreseen else None,
        "became": {"outcome": one.became.outcome, "reason": one.became.reason},
    }
