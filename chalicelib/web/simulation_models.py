"""Body and answer of a simulation of caps and hours."""

from __future__ import annotations

from dataclasses import replace

from typing_extensions import TypedDict

from chalicelib.storage.advertisers import Advertiser, AtCap
from chalicelib.web.body import Body, example
from chalicelib.web.cap_models import Caps, rules
from chalicelib.web.hours_models import HoursSettings, hours_of


class LimitsTried(Body):
    """Caps and hours as they would be set; what is not said stays as it is."""

    model_config = example({"caps": [{"limit": 1}]})

    caps: Caps | None = None
    at_cap: AtCap | None = None
    hours: HoursSettings | None = None


class Outcomes(TypedDict):
    """Messages by what becomes of them."""

    sent: int
    """When they were asked for."""
    sent_later: int
    """Because caps or hours let them wait."""
    refused: int
    """At a cap."""
    dropped: int
    """They would have waited too long."""
    waiting: int
    other: int
    """Not sent for a reason that caps and hours have no part in."""


class Sides(TypedDict):
    """What happened, what would have as caps and hours are set now, and what as they are tried."""

    asked: int
    happened: Outcomes
    as_set: Outcomes
    tried: Outcomes


class JourneySides(Sides):
    """The same of a journey, broadcast or campaign."""

    journey: str
    campaign: str | None


class Bounds(TypedDict):
    """An estimate for the whole week, with the bounds that hold 95 times of a hundred."""

    value: int
    low: int
    high: int


class Estimate(TypedDict):
    """Of marketing messages, by outcome."""

    as_set: dict[str, Bounds]
    tried: dict[str, Bounds]


class ReasonSides(TypedDict):
    """Messages that ended or waited by a reason."""

    outcome: str
    reason: str
    as_set: int
    tried: int


class DaySides(TypedDict):
    """What was asked for on a day of the advertiser's zone, and what left on it."""

    day: str
    asked: int
    as_set: int
    tried: int


class PeopleChanged(TypedDict):
    """People by whether they would have got fewer messages, or more."""

    all: int
    fewer: int
    more: int


class FateTold(TypedDict):
    """What becomes of a message, when (epoch ms), and why; of what waited, why it did."""

    outcome: str
    at: int
    reason: str | None


class Example(TypedDict):
    """A message of which something else would have become."""

    message: str
    journey: str
    asked_at: int
    as_set: FateTold
    tried: FateTold


class Differences(TypedDict):
    """Why today's settings need not give what happened, in messages; and whether others' sends are counted."""

    other_caps_then: int
    otherwise: int
    people_gone: int
    """To people who have left the base: left out."""
    others_counted: bool
    """Whether what other advertisers sent counts for the tried caps: not where it decides for fewer than ten people."""


class LimitsSimulated(TypedDict):
    """What caps and hours would have done to the last seven days."""

    since: int
    until: int
    messages: int
    """Those that caps or hours were asked about; an estimate where not all were looked at."""
    looked_at: int
    complete: bool
    marketing: Sides
    notifications: Sides
    estimate: Estimate | None
    by_reason: list[ReasonSides]
    by_day: list[DaySides]
    by_journey: list[JourneySides]
    people: PeopleChanged
    examples: list[Example]
    differences: Differences


def tried_of(owner: Advertiser, body: LimitsTried) -> Advertiser:
    """The advertiser with what is tried. Raises InvalidInput where hours go beyond what France allows."""
    return replace(
        owner,
        caps=owner.caps if body.caps is None else rules(body.caps),
        at_cap=body.at_cap or owner.at_cap,
        hours=owner.hours if body.hours is None else hours_of(body.hours),
    )
