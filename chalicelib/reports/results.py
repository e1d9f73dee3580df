"""What SMS brought and cost, from the counts of those that were made in a period. Pure. Money in micro-units.

A shop tells what was paid, after all discounts (docs/events.md), so revenue is net of discounts already, and taking
them off once more would count them twice. What is given back is no revenue either. Nothing is ever converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.reports.conversions import totals
from chalicelib.reports.funnel import interval_told
from chalicelib.reports.intervals import share

Unknown = Literal["no_cost", "no_price", "no_revenue"]


@dataclass(frozen=True, slots=True)
class Return:
    """What came back of what SMS cost in one currency."""

    currency: str
    revenue: int
    """Confirmed by the back end; discounts and refunds are off."""
    cost: int
    net: int
    """Revenue, or the advertiser's margin of it, less the cost."""
    ratio: float | None
    """`net` ÷ cost; None where it cannot be said."""
    unknown: Unknown | None
    """Why not: nothing was sent at a price in this currency; some SMS have no known price; nothing confirms a sale."""


def returns(sms: Mapping[str, int], margin_percent: int | None) -> list[Return]:
    """Return on investment by currency: (revenue after discounts and refunds × margin − cost of SMS) ÷ cost of SMS.

    The formula is the usual one of (gain − cost) ÷ cost (Farris and others, Marketing Metrics, "return on marketing
    investment": incremental margin less spending, by spending). Revenue is what is put down to the last click, not what
    would have been missing without: a holdout tells that (reports/experiments.py). Where the margin is not set it is of
    revenue, and says nothing of what the goods cost.
    """
    costs, revenues = under(sms, "cost."), under(sms, "revenue.confirmed.")
    return [_return(currency, sms, margin_percent) for currency in sorted(costs.keys() | revenues.keys())]


def figures(sms: Mapping[str, int], margin_percent: int | None) -> dict[str, Any]:
    """What SMS came to: shares with their bounds, money by currency."""
    delivered = sms.get("delivered", 0)
    return {
        "made": sms.get("made", 0),
        "sent": sms.get("sent", 0),
        "parts": sms.get("parts", 0),
        "delivered": delivered,
        "clicked": part(sms.get("clicked", 0), delivered),
        "replied": part(sms.get("replied", 0), delivered),
        "said_no": part(sms.get("opposed", 0), delivered),
        "converted": part(sms.get("converted", 0), delivered),
        "purchases": totals(sms),
        "cost_micro": under(sms, "cost."),
        "without_price": sms.get("no_price", 0),
        "returns": [_told(each) for each in returns(sms, margin_percent)],
    }


def part(number: int, of: int) -> dict[str, Any]:
    """A share of what was delivered: how many, of how many, and what it might as well be."""
    return {"number": number, "of": of, "rate": interval_told(share(min(number, of), of))}


def under(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The counts whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix) and n}


def _return(currency: str, sms: Mapping[str, int], margin_percent: int | None) -> Return:
    revenue, cost = sms.get(f"revenue.confirmed.{currency}", 0), sms.get(f"cost.{currency}", 0)
    gained = revenue if margin_percent is None else revenue * margin_percent // 100
    unknown: Unknown | None = None
    if cost <= 0:
        unknown = "no_cost"
    elif sms.get("no_price", 0) > 0:
        unknown = "no_price"
    elif not sms.get("conversion.confirmed", 0):
        unknown = "no_revenue"
    return Return(currency, revenue, cost, gained - cost, None if unknown else (gained - cost) / cost, unknown)


def _told(found: Return) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "revenue_micro": found.revenue,
        "cost_micro": found.cost,
        "net_micro": found.net,
        "ratio": None if found.ratio is None else round(found.ratio, 4),
        "unknown": found.unknown,
    }
