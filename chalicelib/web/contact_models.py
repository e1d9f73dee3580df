"""Answers about contacts: by the base's own name for each, and nothing of what is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from chalicelib.audience.contact_list import Listed
from chalicelib.reports.why import why
from chalicelib.storage.contacts import FieldValue, Purpose
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.ledgers import Ledger
from chalicelib.storage.messages import Message
from chalicelib.web.message_models import MessageListed, listed_message


class ConsentTold(TypedDict):
    """The newest statement for one purpose."""

    given: bool
    at: int
    source: str
    wording: str | None


class SendTold(TypedDict):
    """The newest SMS of the advertiser, as far back as caps look."""

    message: str
    at: int
    journey: str


class ContactTold(TypedDict):
    """A contact in a list, by the base's own name for it. Times are epoch milliseconds."""

    person: str
    consents: dict[Purpose, ConsentTold]
    opposed: bool
    """Whether the person has said no to this advertiser, or to everyone."""
    fields: dict[str, FieldValue]
    last_act_at: int
    unreachable_at: int | None
    """When a check or a provider found that no subscriber has the number."""
    last_send: SendTold | None


class JourneyPlace(TypedDict):
    """A contact's place in a journey."""

    journey: str
    subject: str
    """What it is about: a site, or a site's order."""
    state: str
    reason: str | None
    entered_at: int
    due_at: int | None
    steps: list[dict[str, Any]]


class MessageExplained(MessageListed):
    """A message, with why it was sent or was not."""

    sentence: str


class PersonTold(ContactTold):
    """What a base knows of a person, without name and number."""

    opposition: dict[str, Any] | None
    wish: dict[str, Any] | None
    """Less often, or not of everything."""
    held: dict[str, Any] | None
    """That something waits to be read which may be a no."""
    journeys: list[JourneyPlace]
    messages: list[MessageExplained]
    """The newest 50."""
    purchases: list[dict[str, Any]]
    segments: list[str]


def contact_answer(listed: Listed) -> ContactTold:
    """A contact as a list tells it."""
    contact, sent = listed.contact, listed.last_send
    return {
        "person": contact.person,
        "consents": {
            purpose: {"given": consent.given, "at": consent.at, "source": consent.source, "wording": consent.wording}
            for purpose, consent in contact.consents.items()
        },
        "opposed": listed.opposed,
        "fields": dict(contact.fields),
        "last_act_at": contact.acted_at,
        "unreachable_at": contact.unreachable_at or None,
        "last_send": {"message": sent.message, "at": sent.at, "journey": sent.journey} if sent else None,
    }


def person_answer(
    listed: Listed,
    ledger: Ledger,
    enrolments: Iterable[Enrolment],
    messages: Iterable[Message],
    conversions: Iterable[Conversion],
    segments: Iterable[str],
) -> PersonTold:
    """A person as the address of one tells it."""
    base = listed.contact.base
    opposition, wish, held = ledger.opposition(base), ledger.wishes.get(base), ledger.held.get(base)
    return {
        **contact_answer(listed),
        "opposition": asdict(opposition) if opposition else None,
        "wish": asdict(wish) if wish else None,
        "held": asdict(held) if held else None,
        "journeys": [_journey(one) for one in enrolments],
        "messages": [{**listed_message(one), "sentence": why(one)["sentence"]} for one in messages],
        "purchases": [
            {"site": one.site, "transaction": one.transaction, "at": one.purchase.at if one.purchase else None}
            for one in conversions
        ],
        "segments": sorted(segments),
    }


def _journey(enrolment: Enrolment) -> JourneyPlace:
    return {
        "journey": enrolment.journey,
        "subject": enrolment.subject,
        "state": enrolment.state,
        "reason": enrolment.reason,
        "entered_at": enrolment.entered_at,
        "due_at": enrolment.due_at,
        "steps": [{"step": ran.step, "at": ran.at, "outcome": ran.outcome} for ran in enrolment.ran],
    }
