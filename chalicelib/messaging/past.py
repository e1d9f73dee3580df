"""What became of a message that limits hold for, read from its history: when it was decided, and what held it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from chalicelib.clock import MINUTE
from chalicelib.storage.messages import Message, Step

Outcome = Literal["sent", "sent_later", "refused", "dropped", "waiting", "other"]
"""`sent` when it was asked for, `sent_later` because caps or hours let it wait; `refused` at a cap; `dropped`, as it
would have waited too long; `waiting` still; `other`: not sent for a reason that limits have no part in."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SENT: frozenset[Outcome] = frozenset({"sent", "sent_later"})
_WAITED: frozenset[str] = frozenset({"cap_reached", "fewer_wanted", "outside_hours"})
_ENDS: dict[str | None, Outcome] = {
    "cap_reached": "refused",
    "fewer_wanted": "refused",
    "ledger_full": "refused",
    "cap_past_expiry": "dropped",
    "hours_past_expiry": "dropped",
}
"""What caps and hours end a message by."""
_AT_THE_GATE = frozenset({"provider_unavailable", "budget_spent", "budget_past_expiry", "provider_past_expiry"})
_EARLY, _LATE = MINUTE, 15 * MINUTE
"""How long before and after its time a message may be looked at: a tick's look ahead, an order's lease (tick.py)."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message, or would have, and when (epoch ms)."""

    outcome: Outcome
    at: int
    reason: str | None = None
    """What ended it; of `sent_later` and `waiting`, what it waited for first."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What kept a message from leaving that is neither cap nor hours; for good where it has no end."""

    since: int
    reason: str
    at_gate: bool = False
    """Whether caps and hours are asked before it."""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A message's way, as far as it has come."""

    moments: tuple[int, ...]
    """When it was decided about, in order."""
    holds: tuple[Hold, ...]
    fate: Fate

    @property
    def asked_at(self) -> int:
        """When it was first decided whether it may go."""
        return self.moments[0]

    def hold(self, at: int) -> Hold | None:
        """What kept it at a moment."""
        return next((hold for hold in self.holds if hold.since <= at and (hold.until is None or at < hold.until)), None)

    def looked_at(self, due: int, after: int) -> int:
        """When it was in truth looked at, behind `after`, that was due at a moment; else the moment itself."""
        looks = (moment for moment in self.moments if moment > after and due - _EARLY <= moment <= due + _LATE)
        return next(looks, due)


def past_of(message: Message) -> Past | None:
    """A message's way; None where it was not decided about yet, or was called off before."""
    way = _Way()
    for step in message.history:
        way.take(step)
    if not way.moments:
        return None
    fate = way.fate or Fate("waiting", way.moments[-1], way.waited_for or message.reason)
    return Past(tuple(way.moments), tuple(way.holds), fate)


class _Way:
    """A history as it is gone through."""

    def __init__(self) -> None:
        self.moments: list[int] = []
        self.holds: list[Hold] = []
        self.fate: Fate | None = None
        self._claimed: int | None = None
        self._maybe_left = False
        self.waited_for: str | None = None

    def take(self, step: Step) -> None:
        match step.state:
            case "sending":
                self._decided(step.at)
                self._claimed = self._claimed or step.at
            case "sent" | "delivered" | "unknown":
                self._maybe_left = True
                self._left(step)
            case "deferred":
                self._deferred(step)
            case "scheduled" if self.moments:
                self._held(Hold(step.at, "moved"))
            case "failed" if self._maybe_left:
                pass
            case "refused" | "expired" | "failed":
                self._ended(step)
            case "cancelled" if self.moments:
                self._ended(step)

    def _left(self, step: Step) -> None:
        outcome: Outcome = "sent_later" if self.waited_for else "sent"
        self.fate = self.fate or Fate(outcome, self._claimed or step.at, self.waited_for)

    def _deferred(self, step: Step) -> None:
        reason = step.reason or ""
        if self._claimed is not None:  # The provider did not take it: it might have gone but for that.
            self._held(Hold(self._claimed, reason, at_gate=True))
            self._claimed = None
            return
        self._decided(step.at)
        if reason in _WAITED:
            self.waited_for = self.waited_for or reason
        else:
            self._held(Hold(step.at, reason, at_gate=reason in _AT_THE_GATE))

    def _ended(self, step: Step) -> None:
        reason = step.reason or step.state
        at = step.at
        if step.state in ("expired", "failed") and self._claimed is not None:
            at = self._claimed
        elif step.state != "cancelled":
            self._decided(step.at)
        if outcome := _ENDS.get(reason):
            self.fate = Fate(outcome, at, reason)
            return
        at_gate = self._claimed is not None or reason in _AT_THE_GATE or reason == "price_unknown"
        self._held(Hold(at, reason, at_gate=at_gate))
        self.fate = Fate("dropped" if reason == "expired" and self.waited_for else "other", at, reason)

    def _decided(self, at: int) -> None:
        self._close(at)
        self.moments.append(at)

    def _held(self, hold: Hold) -> None:
        self._close(hold.since)
        self.holds.append(hold)

    def _close(self, at: int) -> None:
        if self.holds and self.holds[-1].until is None:
            self.holds[-1] = replace(self.holds[-1], until=at)
