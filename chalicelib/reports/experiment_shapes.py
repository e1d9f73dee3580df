"""What came of a journey's variants and of its holdout, for the API's description (ADR 0025)."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from chalicelib.reports.shapes import Purchases, Words
from chalicelib.storage.journeys import State
from chalicelib.units import Count, Currency

Verdict = Literal["too_early", "may_be_chance", "more", "less"]


class Likely(TypedDict):
    """A figure with the bounds that it lies in 95 times of a hundred; none where nobody was counted."""

    value: float | None
    low: float | None
    high: float | None


class Answered(Likely):
    """How many people, and which share of the arm that is."""

    people: Count


class Sms(TypedDict):
    """Messages of an arm."""

    made: Count
    sent: Count


class ArmTold(TypedDict):
    """A variant, or the holdout."""

    arm: str
    people: Count
    sms: Sms
    clicked: Answered
    replied: Answered
    unsubscribed: Answered
    buyers: Answered
    purchases: Purchases
    revenue_per_person_micro: dict[Currency, Likely]


class Comparison(TypedDict):
    """An arm against another."""

    arm: str
    against: str
    verdict: Verdict
    buyers: Likely
    """By how much the share of people who bought is larger."""
    revenue_per_person_micro: dict[Currency, Likely]
    incremental_revenue_micro: dict[Currency, Likely]
    """What the arm has brought beyond what it would have without."""
    sentence: Words


class ArmsCompared(TypedDict):
    """The arms of one version of a journey, and the comparisons between them."""

    arms: list[ArmTold]
    comparisons: list[Comparison]


class JourneyResults(ArmsCompared):
    """What came of one version of a journey."""

    journey: str
    version: Count
    state: State
