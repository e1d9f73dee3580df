"""What a text leads to: whom it opposes, what stands still, what is answered, what becomes of its thread. Pure.

Facts and a reading in, a course with its reason out. What a course says is done by replies/inbound.py in an order that
can be repeated: a no first, whatever fails after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.replies.addressed import Whose
from chalicelib.replies.reading import Reading
from chalicelib.storage.conversation import State
from chalicelib.storage.ledger import EVERYONE, HeldWhy

Reason = Literal[
    "stop",
    "stop_before_return",
    "contact",
    "opt_in",
    "doubtful_stop",
    "survey",
    "problem",
    "reply",
    "unknown_number",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at."""

    reading: Reading
    whose: Whose
    at: int
    """When it was written."""
    returned: Mapping[str, int] = field(default_factory=dict)
    """Advertisers that the person came back to, and when."""
    opts_in: bool = False
    """Whether it is a yes where a yes counts: to a keyword number, to a question asked within a day, or a START."""
    everywhere: bool = False
    """Whether a STOP goes to everyone in the country of the phone."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be done, and why."""

    reason: Reason
    oppose: frozenset[str] = frozenset()
    confirm: bool = False
    """Whether a STOP is confirmed, once, to the person."""
    hold: HeldWhy | None = None
    opt_in: bool = False
    details: bool = False
    """Whether the company's name and contact details are asked for."""
    state: State | None = "waiting"
    """What the thread is left in; None for as it is; `open` where nothing is asked: what waits goes on waiting then."""
    agrees: bool = False
    """Whether it says yes to what was said last."""
    flags: frozenset[str] = frozenset()
    is_reply: bool = True
    """Whether it answers an SMS: it may end or move a journey, and counts as a reply."""


def decide(facts: Facts) -> Course:
    """The course of one text."""
    reading, whose = facts.reading, facts.whose
    if reading.stop in ("certain", "probable"):
        return _stop(facts)
    if whose.advertiser is None:
        return Course("unknown_number", is_reply=False)
    if reading.contact:
        return Course("contact", details=True, state=None, is_reply=False)
    if facts.opts_in:
        return Course("opt_in", opt_in=True, state=None, is_reply=False)
    if reading.stop == "doubtful":
        return Course("doubtful_stop", hold="doubtful_stop", flags=frozenset(("stop_doubtful",)))
    if reading.intent == "survey":
        return Course("survey", state=None)
    if reading.intent == "problem":
        return Course("problem", hold="problem", flags=frozenset(("problem",)))
    if reading.asks_nothing:
        return Course("reply", state="open", agrees=reading.intent != "positive")
    return Course("reply")


def _stop(facts: Facts) -> Course:
    """A STOP opposes; a probable one is looked at by a person too. What was taken back since is not said again."""
    scope = frozenset((EVERYONE,)) if facts.reading.everywhere or facts.everywhere else facts.whose.stops
    standing = frozenset(one for one in scope if facts.returned.get(one, 0) <= facts.at)
    if not standing:
        return Course("stop_before_return", state=None, is_reply=False)
    if facts.reading.stop == "probable":
        return Course("stop", standing, confirm=True, flags=frozenset(("stop_probable",)), is_reply=False)
    return Course("stop", standing, confirm=True, state="closed", is_reply=False)
