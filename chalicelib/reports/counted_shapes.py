"""What was counted in the last hours, and single purchases, for the API's description."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.reports.shapes import Purchases, TrafficRow, Unsubscribes
from chalicelib.units import Count, Currency, Micro, Moment, Seconds


class LastHours(TypedDict):
    """The time that a report is about; `until` is not in."""

    since: Moment
    until: Moment


class Counted(LastHours):
    """What was counted, by name."""

    counts: dict[str, Count]


class ConversionSums(LastHours, Purchases):
    """Purchases that came of SMS and links."""

    window_s: Seconds
    """How long after a click a purchase is put down to it."""
    by_journey: dict[str, Purchases]
    not_attributed: dict[str, Count]
    """Purchases that are put down to nothing, by reason."""


class TrafficOfHours(LastHours):
    """What came by each source, medium and campaign, the busiest first."""

    campaigns: list[TrafficRow]


class UnsubscribesOfHours(LastHours, Unsubscribes):
    """Taps on the page of an SMS."""


class AttributedTo(TypedDict):
    """The click that a purchase is put down to."""

    link: str
    message: str | None
    journey: str | None
    utm: dict[str, str]
    clicked_at: Moment


class PurchaseTold(TypedDict):
    """One purchase: what was said of it, and what it is put down to or why not. Names nobody."""

    transaction_id: str
    at: Moment | None
    confirmed: bool
    """Whether a back end says so, too."""
    in_store: bool
    value_micro: Micro | None
    currency: Currency | None
    refunds: Count
    attributed_to: AttributedTo | None
    reason: str | None
    """Why it is put down to nothing."""
    sentence: str
