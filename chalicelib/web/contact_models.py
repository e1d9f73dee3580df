"""Answers about contacts: by the base's own name for each, and nothing of what is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from typing_extensions import TypedDict

from chalicelib.audience.contact_list import Listed
from chalicelib.audience.person_shapes import OppositionTold, StepTold, WishTold
from chalicelib.reports.why import why
from chalicelib.storage.contacts import Consent, FieldValue, Purpose
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.enrolments import Enrolment, State
from chalicelib.storage.ledger import HeldWhy, Ledger
from chalicelib.storage.messages import Message
from chalicelib.units import Moment
from chalicelib.web.message_models import MessageListed, listed_message


class ConsentTold(TypedDict):
    """The newest statement for one purpose."""

    given: bool
    at: Moment
    source: str
    wording: str | None


class SendTold(TypedDict):
    """The newest SMS of the advertiser, as far back as caps look."""

    message: str
    at: Moment
    journey: str


class ContactTold(TypedDict):
    """A contact in a list, by the base's own name for it."""

    person: str
    consents: dict[Purpose, ConsentTold]
    opposed: bool
    """Whether the person has said no to this advertiser, or to everyone."""
    fields: dict[str, FieldValue]
    last_act_at: Moment
    unreachable_at: Moment | None
    """When a check or a provider found that no subscriber has the number."""
    last_send: SendTold | None


class JourneyPlace(TypedDict):
    """A contact's place in a journey."""

    journey: str
    subject: str
    """What it is about: a site, or a site's order."""
    state: State
    reason: str | None
    entered_at: Moment
    due_at: Moment | None
    steps: list[StepTold]


class MessageExplained(MessageListed):
    """A message, with why it was sent or was not."""

    sentence: str


class HeldTold(TypedDict):
    """That something waits to be read, since when."""

    at: Moment
    why: HeldWhy


class PurchaseHeld(TypedDict):
    """A purchase that is held to be the person's."""

    site: str
    transaction: str
    at: Moment | None


class PersonFound(TypedDict):
    """Whom an identifier leads to."""

    person: str
    base: str
    is_contact: bool
    """Else the person has only written."""
    consents: dict[Purpose, ConsentTold]
    opposed: bool
    last_act_at: Moment | None


class PersonTold(ContactTold):
    """What a base knows of a person, without name and number."""

    opposition: OppositionTold | None
    wish: WishTold | None
    held: HeldTold | None
    """That something waits to be read which may be a no."""
    journeys: list[JourneyPlace]
    messages: list[MessageExplained]
    """The newest 50."""
    purchases: list[PurchaseHeld]
    segments: list[str]


def consents_answer(consents: Mapping[Purpose, Consent]) -> dict[Purpose, ConsentTold]:
    """The newest statements, by purpose."""
    return {
        purpose: {"given": consent.given, "at": consent.at, "source": consent.source, "wording": consent.wording}
        for purpose, consent in consents.items()
    }


def contact_answer(listed: Listed) -> ContactTold:
    """A contact as a list tells it."""
    contact, sent = listed.contact, listed.last_send
    return {
        "person": contact.person,
        "consents": consents_answer(contact.consents),
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
    no, wish, held = ledger.opposition(base), ledger.wishes.get(base), ledger.held.get(base)
    return {
        **contact_answer(listed),
        "opposition": {"at": no.at, "how": no.how, "again": no.again} if no else None,
        "wish": {"at": wish.at, "every_ms": wish.every_ms, "without": list(wish.without)} if wish else None,
        "held": {"at": held.at, "why": held.why} if held else None,
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
