"""What may answer a person who has written, and when (rules.md; docs/adr/0029). Pure.

An answer is asked for by the person's own text, so it needs no consent beside it: for a day, with no offer in it, and
no cap counts it. What each kind does about a STOP, and whether it waits for the hours, is said here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import DAY
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.messages import Message, MessageClass

AnswerKind = Literal["stop_confirmation", "way_back", "contact", "keyword", "answer"]
"""A STOP was recorded; a yes after a STOP needs START; the company's details; an opt-in was taken; anything else."""
Against = Literal["opposed", "not_opposed", "answer_too_late", "unknown_template"]
WITHIN = DAY
"""How long after a person's text an answer to it is one (rules.md, France: class)."""
COUNTED_AS = "answer"
"""The class under which the pressure ledger remembers an answer: no cap is of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a kind of answers."""

    after_stop: Literal["only", "also", "never"]
    at_any_hour: bool = True


RULES: Mapping[str, Rule] = {
    "stop_confirmation": Rule("only"),
    "way_back": Rule("only"),
    "contact": Rule("also"),
    "keyword": Rule("never"),
    "answer": Rule("never", at_any_hour=False),
}


def against(message: Message, ledger: Ledger, now: int) -> Against | None:
    """What keeps an answer from who has written. A kind that is not known goes nowhere."""
    rule = RULES.get(message.journey)
    if rule is None:
        return "unknown_template"
    if now >= int(message.evidence["wrote_at"]) + WITHIN:
        return "answer_too_late"
    opposed = ledger.opposition(message.advertiser) is not None
    if opposed and rule.after_stop == "never":
        return "opposed"
    return "not_opposed" if rule.after_stop == "only" and not opposed else None


def hours_class(message: Message) -> MessageClass:
    """The class whose hours hold: an answer to what was just asked goes at any hour, as a code does."""
    at_any_hour = RULES[message.journey].at_any_hour or bool(message.evidence.get("at_once"))
    return "authorisation" if at_any_hour else "notification"
