"""What is answered by itself, or why nothing is: facts in, a decision with its reason out. Pure (docs/adr/0033).

A person reads every conversation that is not answered so. No answer is given to what may be a STOP, to who opposed, or
to a text that came late: whoever waited for hours is answered by somebody who has read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import DAY, HOUR
from chalicelib.replies.order_news import NoNews, Told, asked_for, is_only_a_number
from chalicelib.replies.reading import Reading
from chalicelib.storage.automatic_answers import Answered, Kind
from chalicelib.storage.ordered import Ordered

LATE = 6 * HOUR
"""How old a text may be, by the time at which it was written."""
A_DAY = 1
"""Automatic answers in a conversation in 24 hours, beside statuses."""
STATUSES_A_DAY = 5

Name = Literal["thanks", "problem", "problem_review", "status", "unknown_order", "which_order", "away"]
"""What is said: docs/replies.md."""
Reason = Literal[
    "opposed",
    "doubtful_stop",
    "late",
    "country_unsigned",
    "off",
    "had_one_today",
    "had_five_today",
    "no_review_was_asked_for",
    "thanked_before",
    "somebody_is_there",
    "for_a_person",
]


@dataclass(frozen=True, slots=True)
class ReviewAsked:
    """The SMS that asked for a review, where that is what the text answers."""

    message: str
    link: str | None
    """Where its link led; None where it is not known any more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at."""

    text: str
    reading: Reading
    wrote_at: int
    now: int
    opposed: bool
    doubted: bool
    """Whether an earlier text may be a STOP, and nobody has read it yet."""
    signed: bool
    """Whether notifications are sent to the country of the phone."""
    staffed: bool
    """Whether somebody answers now."""
    on: frozenset[Kind]
    """What the advertiser lets be answered so."""
    before: Sequence[Answered] = ()
    """What the conversation was answered so before."""
    review: ReviewAsked | None = None
    orders: Sequence[Ordered] = ()
    """The person's own, with this advertiser."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, and what follows from it."""

    name: Name
    kind: Kind
    at_once: bool
    """Whether it answers what was just asked: it leaves at any hour then."""
    settles: bool
    """Whether the person has what was asked for; otherwise somebody still answers."""
    orders: tuple[Told, ...] = ()
    link: str | None = None
    about: str | None = None
    """The request for a review whose link it gives again."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is no automatic answer."""

    reason: Reason


def decide(facts: Facts) -> Answer | Nothing:
    """The automatic answer to one text."""
    if facts.opposed:
        return Nothing("opposed")
    if facts.reading.stop != "no" or facts.doubted:
        return Nothing("doubtful_stop")
    if facts.now - facts.wrote_at > LATE:
        return Nothing("late")
    if not facts.signed:
        return Nothing("country_unsigned")
    meant = _meant(facts)
    if isinstance(meant, Nothing):
        return meant
    if meant.kind not in facts.on:
        return Nothing("off")
    return _within_the_day(meant, facts)


def _meant(facts: Facts) -> Answer | Nothing:
    """What would be said if nothing were said yet."""
    intent = facts.reading.intent
    if intent == "order_status" or (intent in ("other", "question") and is_only_a_number(facts.text, facts.orders)):
        return _status(asked_for(facts.text, facts.orders))
    review = facts.review
    fresh = review is not None and review.link is not None and all(one.about != review.message for one in facts.before)
    match intent:
        case "positive" if review is None:
            return Nothing("no_review_was_asked_for")
        case "positive" if not fresh:
            return Nothing("thanked_before")
        case "positive" if review:
            return Answer("thanks", "thanks", at_once=False, settles=True, link=review.link, about=review.message)
        case "problem" if review and fresh:
            said: Name = "problem_review"
            return Answer(said, "problem", at_once=False, settles=False, link=review.link, about=review.message)
        case "problem":
            return Answer("problem", "problem", at_once=False, settles=False)
        case "question" if facts.staffed:
            return Nothing("somebody_is_there")
        case "question":
            return Answer("away", "away", at_once=True, settles=False)
    return Nothing("for_a_person")


def _status(found: tuple[Told, ...] | NoNews) -> Answer:
    if found == "unknown_order":
        return Answer("unknown_order", "status", at_once=True, settles=False)
    if found == "which_order":
        return Answer("which_order", "status", at_once=True, settles=True)
    link = found[0].tracking_url if len(found) == 1 and found[0].status in ("shipped", "out_for_delivery") else None
    return Answer("status", "status", at_once=True, settles=True, orders=found, link=link)


def _within_the_day(meant: Answer, facts: Facts) -> Answer | Nothing:
    today = [one for one in facts.before if one.at > facts.now - DAY]
    statuses = sum(one.is_status for one in today)
    if is_status(meant.name):
        return meant if statuses < STATUSES_A_DAY else Nothing("had_five_today")
    return meant if len(today) - statuses < A_DAY else Nothing("had_one_today")


def is_status(name: Name) -> bool:
    """Whether an answer is one of those that a person may ask for several times a day."""
    return name in ("status", "which_order")
