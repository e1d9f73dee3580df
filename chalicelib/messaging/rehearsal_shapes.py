"""What a rehearsal tells, for the API's description."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.units import Count, Currency, Micro, Moment


class People(TypedDict):
    """How many of the audience: exact, or an estimate with the bounds that it lies in 95 times of a hundred."""

    people: Count
    at_least: Count
    at_most: Count


class Unreached(People):
    """Those who would get nothing, for one reason."""

    win_back: str | None
    """What would bring them back."""


class PartsTold(TypedDict):
    """How many SMS of 160 characters or less that is."""

    total: Count
    average: float | None


class PriceTold(TypedDict):
    """What all of it costs."""

    micro: Micro
    at_most_micro: Micro
    currency: Currency


class HourLoad(TypedDict):
    """How many would leave in an hour."""

    hour: Moment
    people: Count


class Reach(TypedDict):
    """How many would get it, why the others would not, what it costs, and how it loads the hours."""

    audience: Count
    looked_at: Count
    exact: bool
    """Whether everybody was looked at."""
    sends: People
    later: dict[str, People]
    """Of those, who would not get it at their own moment yet, by reason."""
    unreached: dict[str, Unreached]
    """By reason."""
    parts: PartsTold
    price: PriceTold | None
    """None where the price of a country is not known, or there are several currencies."""
    hours: list[HourLoad]
    first_at: Moment | None
    last_at: Moment | None
