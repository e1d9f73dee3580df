"""Bodies and answers of journeys in the admin API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from chalicelib.errors import FieldError
from chalicelib.journeys.definition import Journey
from chalicelib.storage.journeys import Running, StoredJourney
from chalicelib.storage.templates import Language
from chalicelib.web.body import Body


class NewJourney(Body):
    """A journey's document (docs/journeys.md), and what becomes of who is in its former version."""

    document: Journey
    running: Running = "keep"


class RehearsalAsked(Body):
    """From when on the last thirty days are to come again, and how many contacts are looked at."""

    start_at: datetime | None = None
    contacts: Annotated[int, Field(ge=1, le=1_000)] = 200


class SwitchOn(Body):
    """A playbook to switch on: in which language, with which answers to what it asks."""

    language: Language = "fr"
    answers: dict[str, Any] = Field(default_factory=dict)
    start: bool = False


def notices_answer(notices: Iterable[FieldError]) -> dict[str, Any]:
    """What has to be said of a journey that may be saved."""
    return {"notices": [asdict(notice) for notice in notices]}


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
        "document": json.loads(document.model_dump_json()),
    }
