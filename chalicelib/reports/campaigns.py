"""What came of each journey, broadcast and campaign, and of a shop's sales before and after one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from chalicelib.reports.funnel import Of
from chalicelib.reports.periods import Period, clock_of
from chalicelib.reports.results import figures, under
from chalicelib.storage.cohorts import Counted


def by_campaign(counted: Iterable[Counted], margin_percent: int | None) -> list[dict[str, Any]]:
    """A row for each campaign by class and by what led to it, the largest first: what its SMS came to and cost."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for one in counted:
        if one.kind == "sms":
            message_class, led, campaign = one.labels
            found.setdefault((message_class, led, campaign), Counter()).update(one.counts)
    rows = [
        {"class": message_class, "led": led, "campaign": campaign or led} | figures(counts, margin_percent)
        for (message_class, led, campaign), counts in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["made"], row["campaign"]))


def growth(counted: Iterable[Counted], campaign: str, period: Period, today: date) -> dict[str, Any]:
    """The shop's confirmed sales on the days from a campaign's first SMS on, and on as many days before.

    Of whole days: today is none yet. Days before anything of the shop was counted are not compared with: nobody told
    of their sales, which is not to say that there were none. It compares days, not people: a season, another campaign
    or a price may be why. `counted` reaches from as many days before `period` to its end. Where no days can be
    compared, `unknown` says why: a campaign that sent before the period has no days without it there.
    """
    told = list(counted)
    sms = Of(campaign=campaign)
    made = (one.hour for one in told if one.kind == "sms" and sms.holds(one) and one.counts.get("made"))
    began = min(made, default=0)
    first, last = clock_of(began, period.zone).date(), min(period.last, today - timedelta(days=1))
    known = clock_of(min((one.hour for one in told), default=0), period.zone).date()
    days = min((last - first).days + 1, (first - known).days)
    unknown = None
    if not began or first > last:
        unknown = "no_whole_day"
    elif began < period.since:
        unknown = "began_before"
    elif days <= 0:
        unknown = "nothing_before"
    if unknown:
        return {"campaign": campaign, "days": 0, "before": None, "after": None, "change": {}, "unknown": unknown}
    after = Period(first, first + timedelta(days=days - 1), period.zone)
    before = after.before()
    sales = {name: _sales(told, span) for name, span in (("before", before), ("after", after))}
    then, since = (under(sales[name], "revenue.confirmed.") for name in ("before", "after"))
    return {
        "campaign": campaign,
        "days": len(after.days),
        "before": _span(before.first, before.last, sales["before"]),
        "after": _span(after.first, after.last, sales["after"]),
        "change": {
            currency: round(since.get(currency, 0) / then[currency] - 1, 4) if then.get(currency) else None
            for currency in sorted(then.keys() | since.keys())
        },
        "unknown": None,
    }


def _sales(counted: Iterable[Counted], span: Period) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in counted:
        if one.kind == "order" and span.since <= one.hour <= span.until:
            found.update(one.counts)
    return found


def _span(first: date, last: date, sales: Mapping[str, int]) -> dict[str, Any]:
    return {
        "since": first.isoformat(),
        "until": last.isoformat(),
        "purchases": sales.get("conversion.confirmed", 0),
        "revenue_micro": under(sales, "revenue.confirmed."),
    }
