"""What an event means for one contact in one journey: pure decisions.

An enrolment's moments are merged, not replaced: what it is about was last renewed at `changed_at`, what ends it came at
`left_at`, and it stands where the former is later. So events may come late, doubled and in any order: the same events
lead to the same enrolment, as long as no step has run between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.audience.conditions import failing
from chalicelib.clock import MINUTE
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import Exit, Trigger
from chalicelib.journeys.facts import event_facts, told
from chalicelib.journeys.products import same_product
from chalicelib.journeys.subjects import Subject
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event

SKEW = 5 * MINUTE
"""How far two senders' clocks may differ: a cart filled this shortly after its purchase was bought."""
REASONS: Mapping[str, str] = {
    "purchase": "purchased",
    "reply": "replied",
    "unsubscribe": "opposed",
    "review_submitted": "reviewed",
    "refund": "refunded",
}
"""What an exit is called as the reason of an end; others by their own name."""


@dataclass(frozen=True, slots=True)
class Who:
    """The contact, by which browser and evidence."""

    base: str
    person: str
    advertiser: str
    site: str
    visitor: str | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Enter:
    """A new run begins."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class Move:
    """What is known of it has changed before its first step."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class Leave:
    """It ends here, whatever is on the queue; or it must never begin."""

    enrolment: Enrolment
    reason: str


Decision = Enter | Move | Leave | None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Which of a contact's enrolments in a journey an event may change."""

    about: str | None
    """What the one is about; None for none."""
    others: bool = False
    """Whether all others as well."""


def concerned(journey: Known, event: Event) -> Concerned:
    """Which enrolments in a journey an event may change."""
    document, order = journey.document, event.params.get("transaction_id")
    exits = [exit_ for exit_ in document.exits if exit_.on == event.name]
    if not exits and not begun_by(document.trigger, event.name):
        return Concerned(None)
    if document.trigger.about != "order":
        return Concerned(event.site)
    offered = any(exit_.of == "offer" for exit_ in exits)
    return Concerned(f"{event.site}#{order}" if order else None, others=offered or (bool(exits) and not order))


def begun_by(trigger: Trigger, event: str) -> bool:
    """Whether an event can begin a journey. Whatever a visitor does shows what is in the cart, or was looked at."""
    return trigger.about in ("cart", "product") or event in trigger.events


def decide(
    journey: Known, event: Event, who: Who, subject: Subject | None, known: Enrolment | None, about: str
) -> Decision:
    """What an event means for the enrolment about something (its `subject`), which is `known` or not yet there.

    Who stays away and comes back is no exit before the first step: the wait begins anew.
    """
    document, kind = journey.document, journey.document.trigger.about
    if subject and subject.id != about:
        subject = None  # Of another order, which may end this journey by what it is about.
    fits = subject is not None and failing(document.trigger.when, subject.facts) is None
    exit_ = next((one for one in document.exits if _ends(one, event, known)), None)
    if exit_ and not (kind == "person" and fits and not (known and known.ran)):
        unknown = Enrolment(*_named(who, journey.id, about), "left", journey.version)
        decision = leave(journey, exit_, min(event.time, event.received), known, unknown)
        if decision or kind == "order":
            return decision
    if known and subject is None and any(exit_.of == "offer" and exit_.on == event.name for exit_ in document.exits):
        return looked_at_anew(known)
    if subject is None or not fits:
        return no_longer(known, who) if kind in ("cart", "product") else None
    return begin(journey, who, subject, known)


def looked_at_anew(known: Enrolment) -> Decision:
    """What a purchase means for who is to be offered something: a worker that chooses meanwhile must choose again."""
    return Move(known) if known.state == "active" else None


def begin(journey: Known, who: Who, subject: Subject, known: Enrolment | None) -> Decision:
    """What a fitting subject means: a new run, news of one that waits for its first step, or nothing."""
    if known is None:
        return Enter(_entered(journey, who, subject, Enrolment(*_named(who, journey.id, subject.id), "active", 0)))
    if _ended(journey, known, subject):
        return None
    if known.state == "active" and not known.ran:
        if journey.document.trigger.about == "person" and subject.active_at <= known.active_at:
            return None  # That day is known already.
        moved = _moved(journey, known, who, subject)
        return None if replace(moved, evidence=known.evidence) == known else Move(moved)
    if (known.ran or known.state == "done") and not _again(journey, known, subject):
        return None
    return Enter(_entered(journey, who, subject, known))


def no_longer(known: Enrolment | None, who: Who) -> Decision:
    """What a subject that does not fit any more means: who is in by it leaves before the first step."""
    if known is None or known.state != "active" or known.ran or known.visitor != who.visitor:
        return None
    return Leave(replace(known, state="left", reason="no_longer", due_at=None), "no_longer")


def leave(journey: Known, exit_: Exit, at: int, known: Enrolment | None, unknown: Enrolment) -> Decision:
    """What an exit at a moment means. `unknown` is the enrolment that there would be, if it is the first to be told."""
    reason = REASONS.get(exit_.on, exit_.on)
    if known is None:
        if journey.document.trigger.about == "person":
            return None
        return Leave(replace(unknown, state="left", left_at=at, reason=reason), reason)
    told = replace(known, left_at=max(known.left_at, at))
    if known.state == "left" or not _ended(journey, told, None):
        return None if told == known else Move(told)
    return Leave(replace(told, state="left", reason=reason, due_at=None), reason)


def _ends(exit_: Exit, event: Event, known: Enrolment | None) -> bool:
    if exit_.on != event.name:
        return False
    kept = told(event)
    if exit_.of == "offer" and not (known and same_product(kept.get("items", ()), known.offer)):
        return False
    return failing(exit_.when, event_facts(kept)) is None


def held_out(person: str, journey: str, percent: int) -> bool:
    """Whether a contact is one of those who get nothing: always the same ones in a journey."""
    return _share(person, journey, "holdout") < percent


def variant_of(person: str, journey: str, shares: tuple[int, ...]) -> int:
    """Which variant a contact gets, by its position: the same one in every step with these shares."""
    return variant_at(place_of(person, journey), shares)


def place_of(person: str, journey: str) -> int:
    """Where a contact stands among the hundred parts of the people that variants share out."""
    return _share(person, journey, "variant")


def variant_at(place: int, shares: tuple[int, ...]) -> int:
    """Which variant that place gets, by its position."""
    reached = 0
    for position, share in enumerate(shares):
        reached += share
        if place < reached:
            return position
    return len(shares) - 1


def _share(person: str, journey: str, what: str) -> int:
    digest = hashlib.sha256(f"{what}|{journey}|{person}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100


def _named(who: Who, journey: str, subject: str) -> tuple[str, str, str, str, str, str]:
    return who.base, who.person, journey, subject, who.advertiser, who.site


def _entered(journey: Known, who: Who, subject: Subject, known: Enrolment) -> Enrolment:
    return replace(
        known,
        advertiser=who.advertiser,
        state="active",
        definition=journey.version,
        run=known.run + 1,
        entered_at=subject.entered_at,
        changed_at=max(subject.changed_at, known.changed_at),
        active_at=subject.active_at,
        reason=None,
        step=0,
        paused_until=0,
        visitor=who.visitor,
        product=subject.product,
        facts=subject.told,
        evidence=who.evidence,
        ran=(),
        offer=(),
        reply=None,
        followed_up=False,
        held_out=held_out(who.person, journey.id, journey.document.holdout),
    )


def _moved(journey: Known, known: Enrolment, who: Who, subject: Subject) -> Enrolment:
    """The news merged in: of two browsers, the one that was seen last tells what it is about."""
    order = journey.document.trigger.about == "order"
    first = min(known.entered_at, subject.entered_at)
    if (subject.active_at, subject.changed_at) < (known.active_at, known.changed_at):
        entered_at = first if order else known.entered_at
        return replace(known, entered_at=entered_at, changed_at=max(known.changed_at, subject.changed_at))
    return replace(
        known,
        entered_at=first if order else subject.entered_at,
        changed_at=max(known.changed_at, subject.changed_at),
        active_at=max(known.active_at, subject.active_at),
        visitor=who.visitor,
        product=subject.product,
        facts=subject.told,
        evidence=who.evidence,
    )


def _ended(journey: Known, known: Enrolment, subject: Subject | None) -> bool:
    """Whether what ends it came after what it is about was last renewed. An order's end is for good."""
    about = journey.document.trigger.about
    if about == "order" or not known.left_at:
        return bool(known.left_at)
    changed_at = max(known.changed_at, subject.changed_at if subject else 0)
    return known.left_at + SKEW >= changed_at


def _again(journey: Known, known: Enrolment, subject: Subject) -> bool:
    """Whether one that had come to a step may begin anew: it has ended, it is about something newer, and long after."""
    renewed = subject.changed_at > known.changed_at and journey.document.trigger.about != "order"
    long_after = subject.changed_at >= known.entered_at + journey.document.limits.reentry * MINUTE
    return known.state != "active" and renewed and long_after
