"""Bodies and answers of journeys in the admin API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from chalicelib.errors import FieldError
from chalicelib.journeys.approval import passed
from chalicelib.journeys.definition import Journey
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.journey_rehearsals import Rehearsal
from chalicelib.storage.journeys import Running, StoredJourney
from chalicelib.storage.templates import Language
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


def notices_answer(notices: Iterable[FieldError]) -> dict[str, Any]:
    """What has to be said of a journey that may be saved."""
    return {"notices": [asdict(notice) for notice in notices]}


def started_answer(journey: StoredJourney, advertiser: Advertiser, last: Rehearsal | None) -> dict[str, Any]:
    """A journey that was to be started: it is, or it waits for a second person, who is shown what it would do."""
    told = journey_answer(journey)
    if not journey.requested_by or last is None:
        return told
    found = last.told
    shown = {"people": found["people"], "limits_passed": passed(found, advertiser.safeguards)} | found["messages"]
    return told | {"waits_for": "approval", "rehearsal": shown}


def rehearsal_answer(rehearsal: Rehearsal) -> dict[str, Any]:
    """How far a rehearsal of everybody is, and what it found."""
    so_far = json.loads(rehearsal.so_far)["outlook"]["looked_at"] if rehearsal.so_far else 0
    return {
        "state": "done" if rehearsal.ended_at else "running",
        "journey": rehearsal.journey,
        "version": rehearsal.version,
        "asked_at": rehearsal.asked_at,
        "start_at": rehearsal.start_at,
        "ended_at": rehearsal.ended_at or None,
        "contacts_looked_at": so_far,
    } | rehearsal.told


def journey_answer(journey: StoredJourney) -> dict[str, Any]:
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
