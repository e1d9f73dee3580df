"""What stands still of an advertiser, and that it does: when the last SMS left, and how many are held back."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import TypedDict

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging.hand_over import NEWEST_MARKETING
from chalicelib.storage.counters import Counters
from chalicelib.storage.halts import EVERYTHING, HOLDS_WITHIN, Halt, Halts, scope_of

_MOST = 98
"""Campaigns that one batch reads beside the two wide halts."""
_LOOKED_BACK = 7
"""Days in which the last SMS is looked for."""


class Standing(TypedDict):
    """That something stands still."""

    at: int
    """Since when, epoch ms."""
    by: str
    """`operator`, an advertiser's id, or `stop_rate`: too many people said STOP."""
    why: str


class StandingCampaign(Standing):
    """A journey or a broadcast that stands still."""

    campaign: str


class HeldBack(TypedDict):
    """What waits since."""

    since: int
    """The beginning of the hour from which it is counted."""
    messages: int
    """SMS that were due since then and were held back."""


class StandingStill(TypedDict):
    """All that stands still, and that nothing leaves."""

    at: int
    service: Standing | None
    """The operator's stop of everybody's marketing."""
    advertiser: Standing | None
    campaigns: list[StandingCampaign]
    holds_from: int | None
    """From when every worker knows of the widest stop."""
    last_sent_at: int | None
    """When the last marketing SMS left; None where none did within a week."""
    held_back: HeldBack | None


def standing_still(
    advertiser: str, campaigns: Sequence[str], halts: Halts, counters: Counters, now: int
) -> StandingStill:
    """The operator's stop of everything, the advertiser's own, and those of the campaigns that are named.

    Times in epoch ms. A journey's steps that are due wait as well, and are no SMS yet.
    """
    scopes = {scope_of(advertiser, campaign): campaign for campaign in list(dict.fromkeys(campaigns))[-_MOST:]}
    found = halts.read_all([EVERYTHING, advertiser, *scopes])
    widest = found.get(EVERYTHING) or found.get(advertiser)
    return {
        "at": now,
        "service": _told(found[EVERYTHING]) if EVERYTHING in found else None,
        "advertiser": _told(found[advertiser]) if advertiser in found else None,
        "campaigns": [
            {"campaign": name, "at": found[scope].at, "by": found[scope].by, "why": found[scope].why}
            for scope, name in scopes.items()
            if scope in found
        ],
        "holds_from": widest.at + HOLDS_WITHIN if widest else None,
        "last_sent_at": counters.newest(advertiser, NEWEST_MARKETING, now, _LOOKED_BACK),
        "held_back": _held_back(advertiser, widest, counters, now) if widest else None,
    }


def _held_back(advertiser: str, halt: Halt, counters: Counters, now: int) -> HeldBack:
    since = max(halt.at, now - 31 * DAY)
    counts = counters.read(advertiser, since, now)
    return {"since": since - since % HOUR, "messages": counts.get("message.deferred.halted", 0)}


def _told(halt: Halt) -> Standing:
    return {"at": halt.at, "by": halt.by, "why": halt.why}
