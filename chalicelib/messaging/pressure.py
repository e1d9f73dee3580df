"""How much a person has been sent: caps over sliding windows, weighed against the pressure ledger.

A window is open at its old end: a send exactly `window_ms` ago counts no more. Sends only ever leave a window, so the
first moment at which a cap allows an SMS can be computed, and the cap allows it from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.storage.caps import CapRule
from chalicelib.storage.ledger import Ledger, Send


@dataclass(frozen=True, slots=True)
class Reading:
    """One cap against what a person was sent in its window."""

    rule: CapRule
    used: int
    """In what the rule counts."""
    reached: bool
    """Whether the SMS would be over it."""
    frees_at: int | None
    """The first moment at which it would not, as things are; None where it never will."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """Every cap that an SMS falls under."""

    readings: tuple[Reading, ...] = ()

    @property
    def reached(self) -> Reading | None:
        """The first cap that the SMS would be over."""
        return next((reading for reading in self.readings if reading.reached), None)

    @property
    def frees_at(self) -> int | None:
        """The first moment that all windows allow; None where one of them never will. 0 where no cap is."""
        moments = [reading.frees_at for reading in self.readings]
        return None if None in moments else max((moment for moment in moments if moment is not None), default=0)


def weigh(ledger: Ledger, rules: Iterable[CapRule], send: Send) -> Pressure:
    """Each rule that holds for an SMS that would be sent at `send.at`. What it was counted as before does not count."""
    past = [other for other in ledger.sends if other.message != send.message]
    return Pressure(tuple(_read(past, rule, send) for rule in rules if _holds_for(rule, send)))


def _holds_for(rule: CapRule, send: Send) -> bool:
    return send.message_class in rule.classes and (rule.campaign is None or rule.campaign == send.journey)


def _read(past: list[Send], rule: CapRule, send: Send) -> Reading:
    weight = _weight(rule, send)
    counted = sorted(
        (other.at, _weight(rule, other))
        for other in past
        if other.at > send.at - rule.window_ms and _counts(rule, other, send)
    )
    used = sum(parts for _, parts in counted)
    over = used + weight - rule.limit
    if over <= 0:
        return Reading(rule, used, reached=False, frees_at=send.at)
    if weight > rule.limit:
        return Reading(rule, used, reached=True, frees_at=None)
    for at, parts in counted:
        over -= parts
        if over <= 0:
            return Reading(rule, used, reached=True, frees_at=at + rule.window_ms)
    raise AssertionError("what is over the limit was sent")


def _counts(rule: CapRule, other: Send, send: Send) -> bool:
    if other.message_class not in rule.classes:
        return False
    if rule.level == "all":
        return True
    return other.advertiser == send.advertiser and (rule.level != "campaign" or other.journey == send.journey)


def _weight(rule: CapRule, send: Send) -> int:
    return send.parts if rule.counts == "parts" else 1
