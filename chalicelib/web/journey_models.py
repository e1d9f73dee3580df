"""Bodies and answers of journeys in the admin API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.errors import FieldError
from chalicelib.journeys.approval import AgainstStart, passed
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.playbooks import Playbook
from chalicelib.journeys.rehearsal_shapes import MessageForeseen
from chalicelib.messaging.approval import Limit
from chalicelib.messaging.rehearsal_shapes import Reach
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.journey_rehearsals import Rehearsal
from chalicelib.storage.journeys import Running, State, StoredJourney
from chalicelib.storage.templates import Language
from chalicelib.units import Count, Moment
from chalicelib.web.body import Body, example


class NewJourney(Body):
    """A journey's document (docs/journeys.md), and what becomes of who is in its former version."""

    model_config = example(
        {
            "document": {
                "name": "Abandoned cart",
                "kind": "cart",
                "trigger": {"about": "cart", "events": ["add_to_cart", "begin_checkout"]},
                "audience": [{"fact": "cart.value", "op": "at_most", "value": 500}],
                "steps": [{"id": "question", "wait": {"minutes": 45}, "texts": [{"template": "cart-1"}]}],
                "exits": [{"on": "purchase"}, {"on": "reply"}],
            }
        }
    )

    document: Journey
    running: Running = "keep"


class RehearsalAsked(Body):
    """From when on the last thirty days are to come again, and how many contacts are looked at."""

    model_config = example({"contacts": 5})

    start_at: datetime | None = None
    contacts: Annotated[int, Field(ge=1, le=1_000)] = 200
    everybody: bool = False
    """Look at all of the base, in the background: `GET …/rehearsal` tells how far it is."""


class SwitchOn(Body):
    """A playbook to switch on: in which language, with which answers to what it asks."""

    model_config = example({"language": "fr"})

    language: Language = "fr"
    answers: dict[str, Any] = Field(default_factory=dict)
    start: bool = False


class JourneyTold(TypedDict):
    """A journey as it is stored."""

    journey: str
    state: State
    version: Count
    running: Running
    """What became of who was in the version before."""
    changed_at: Moment
    changed_by: str
    """Whose key: an advertiser's id, or `operator`."""
    begins: Count
    """The version that people begin now."""
    requested_at: Moment | None
    requested_by: str | None
    """The id of the key that asks to start it, where a second person has to agree."""
    approved_at: Moment | None
    approved_by: str | None
    document: Journey
    """With what it leaves to the defaults."""


class Notice(TypedDict):
    """What has to be said of a journey that may be saved."""

    field: str
    rule: str
    message: str


class Noticed(TypedDict):
    """What has to be said."""

    notices: list[Notice]


class JourneySaved(JourneyTold, Noticed):
    """A journey that was saved just now."""


class JourneyChecked(Noticed):
    """A journey that could be saved."""

    ok: Literal[True]


class AskedToApprove(Reach):
    """What a journey would do, for the second person who has to agree."""

    people: Count
    limits_passed: list[Limit]
    """Above which limits it is."""


class JourneyStarted(JourneyTold):
    """A journey that is started, or waits for a second person."""

    waits_for: NotRequired[Literal["approval"]]
    rehearsal: NotRequired[AskedToApprove]
    """Shown where it waits."""


class JourneySwitchedOn(JourneyTold):
    """The journey that a playbook became."""

    kept_templates: list[str]
    """Those that were there already, and stay as they are."""
    waits_for: AgainstStart | Literal["approval"] | None
    """Why it is not started, where that was asked."""


class Rehearsing(TypedDict):
    """How far a rehearsal of everybody is."""

    state: Literal["done", "running"]
    journey: str
    version: Count
    asked_at: Moment
    start_at: Moment
    ended_at: Moment | None
    contacts_looked_at: Count


class RehearsalTold(Rehearsing):
    """How far a rehearsal of everybody is, and, where it is done, what it found."""

    days: NotRequired[Count]
    contacts: NotRequired[Count]
    people: NotRequired[Count]
    became: NotRequired[dict[str, Count]]
    messages: NotRequired[Reach]
    rows: NotRequired[list[MessageForeseen]]


class ClosingHour(TypedDict):
    """What each closing hour would have cost."""

    days: Count
    """Of how many days."""
    carts: Count
    """How many carts were left then."""
    too_late: dict[str, Count]
    """By closing hour, those whose SMS would have come too late."""


class Choices(TypedDict):
    """What a playbook's questions can be answered with, where that has to be looked up."""

    closing_hour: NotRequired[ClosingHour]


class PlaybookTold(Playbook):
    """A playbook with what its questions can be answered with."""

    choices: Choices


def notices_answer(notices: Iterable[FieldError]) -> Noticed:
    """What has to be said of a journey that may be saved."""
    return {"notices": [{"field": one.field, "rule": one.rule, "message": one.message} for one in notices]}


def started_answer(journey: StoredJourney, advertiser: Advertiser, last: Rehearsal | None) -> JourneyStarted:
    """A journey that was to be started: it is, or it waits for a second person, who is shown what it would do."""
    told = journey_answer(journey)
    if not journey.requested_by or last is None:
        return cast("JourneyStarted", told)
    found = last.told
    reach: Reach = found["messages"]
    limits = list(passed(found, advertiser.safeguards))
    shown: AskedToApprove = {**reach, "people": found["people"], "limits_passed": limits}
    return {**told, "waits_for": "approval", "rehearsal": shown}


def rehearsal_answer(rehearsal: Rehearsal) -> RehearsalTold:
    """How far a rehearsal of everybody is, and what it found."""
    so_far = json.loads(rehearsal.so_far)["outlook"]["looked_at"] if rehearsal.so_far else 0
    told: Rehearsing = {
        "state": "done" if rehearsal.ended_at else "running",
        "journey": rehearsal.journey,
        "version": rehearsal.version,
        "asked_at": rehearsal.asked_at,
        "start_at": rehearsal.start_at,
        "ended_at": rehearsal.ended_at or None,
        "contacts_looked_at": so_far,
    }
    return cast("RehearsalTold", {**told, **rehearsal.told})


def journey_answer(journey: StoredJourney) -> JourneyTold:
    """A journey as it is stored, its document with what it leaves to the defaults."""
    document = Journey.model_validate_json(journey.document)
    return {
        "journey": journey.id,
        "state": journey.state,
        "version": journey.version,
        "running": journey.running,
        "changed_at": journey.changed_at,
        "changed_by": journey.changed_by,
        "begins": journey.begins or journey.version,
        "requested_at": journey.requested_at or None,
        "requested_by": journey.requested_by or None,
        "approved_at": journey.approved_at or None,
        "approved_by": journey.approved_by or None,
        "document": json.loads(document.model_dump_json()),
    }
