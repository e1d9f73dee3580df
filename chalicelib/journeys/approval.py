"""What stands against a journey's start, where its advertiser has a second person agree to large ones. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from chalicelib.journeys.definition import Journey
from chalicelib.messaging.approval import Limit, limits_passed
from chalicelib.messaging.broadcasts import REHEARSAL_HOLDS, fingerprint
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.journey_rehearsals import Rehearsal
from chalicelib.storage.journeys import StoredJourney
from chalicelib.storage.templates import Template

AgainstStart = Literal[
    "not_rehearsed", "not_everybody", "texts_changed", "rehearsal_too_old", "not_requested", "needs_another_person"
]
IN_WORDS: Mapping[AgainstStart, str] = {
    "not_rehearsed": "rehearse it as it is now, with everybody of the base, then start it",
    "not_everybody": "its rehearsal did not find all of the base: rehearse it again (relance segments roster)",
    "texts_changed": "a template of it was changed since: rehearse it again",
    "rehearsal_too_old": "its rehearsal is more than a week old: rehearse it again",
    "not_requested": "nobody asks to start it as it was last rehearsed: start it, then have another key approve it",
    "needs_another_person": "it was asked for with the key that approves it: another one has to",
}
_FOUND_PERCENT = 99
"""A contact whose time is over is counted until it is removed, up to two days later."""


def asks_for_approval(safeguards: Safeguards) -> bool:
    """Whether there is a limit above which a second person has to agree."""
    return safeguards.approve_people is not None or safeguards.approve_micro is not None


def texts_of(journey: Journey, templates: Iterable[Template]) -> str:
    """Fingerprint of all that a journey may say: what was rehearsed and approved is what begins."""
    known = {template.id: template for template in templates}
    named = sorted({text.template or "" for step in journey.steps for text in step.all_texts()})
    told = "|".join(fingerprint(known.get(name)) for name in named)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def says(journey: Journey, template: str) -> bool:
    """Whether a journey may say a template, by its id."""
    return any(text.template == template for step in journey.steps for text in step.all_texts())


def is_approved(journey: StoredJourney) -> bool:
    """Whether people begin what a second person agreed to: a former version, kept on, or this very one."""
    return journey.state == "live" and bool(journey.begins or journey.approved_by)


def passed(found: Mapping[str, Any], safeguards: Safeguards) -> tuple[Limit, ...]:
    """Which limits thirty days of a journey pass, as its rehearsal found them."""
    messages = found["messages"]
    return limits_passed(found["people"], messages["sends"]["people"], messages["price"], safeguards)


def against_rehearsal(journey: StoredJourney, last: Rehearsal | None, texts: str, now: int) -> AgainstStart | None:
    """Whether the last rehearsal tells what this very version would do; None where it does."""
    if last is None or last.version != journey.version or not last.ended_at:
        return "not_rehearsed"
    if last.told["contacts_looked_at"] * 100 < last.told["contacts"] * _FOUND_PERCENT:
        return "not_everybody"
    if last.texts != texts:
        return "texts_changed"
    return "rehearsal_too_old" if now - last.ended_at > REHEARSAL_HOLDS else None


def against_approval(journey: StoredJourney, last: Rehearsal, key: str) -> AgainstStart | None:
    """Whether a key, told by its fingerprint, may approve what another one has asked for."""
    if not journey.requested_by or journey.requested != last.asked_at:
        return "not_requested"
    return "needs_another_person" if journey.requested_by == key else None
