"""What happened day by day, and hour by hour, by the clock of the advertiser's zone. Pure.

Unlike the funnel's, these numbers stand where something happened: an SMS in the hour in which the provider took it,
its delivery in the hour that the report names, a click and a purchase in their own. A refund takes from its purchase's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.clock import SECOND
from chalicelib.reports.periods import Period, clock_of
from chalicelib.reports.results import under
from chalicelib.storage.cohorts import Counted

Counts = Mapping[int, Mapping[str, int]]
"""An advertiser's counts by each hour's beginning (epoch ms)."""
COLUMNS = ("visits", "begun", "sent", "delivered", "failed", "clicks", "said_no", "codes_used", "purchases")
"""The numbers of a row; money comes behind."""
_NOES = ("opposed.stop", "opposed.unsubscribe", "opposed.unsubscribe_all", "opposed.carrier", "opposed.objection")


def hourly(counts: Counts, cohorts: Iterable[Counted]) -> dict[int, Counter[str]]:
    """All that is told of each hour, under the names of the columns; money as `revenue.<currency>`."""
    found: dict[int, Counter[str]] = {}
    for hour, told in counts.items():
        found.setdefault(hour, Counter()).update(_happened(told))
    for one in cohorts:
        name = {"visit": "visits", "journey": "begun"}.get(one.kind)
        if name:
            found.setdefault(one.hour, Counter())[name] += one.counts.get(name, 0)
    return found


def by_day(period: Period, hours: Mapping[int, Mapping[str, int]]) -> list[dict[str, Any]]:
    """A row for each day of a period, those on which nothing happened among them."""
    days = {day: Counter[str]() for day in period.days}
    for hour, told in hours.items():
        days[clock_of(hour, period.zone).date()].update(told)
    return [{"day": day.isoformat()} | _row(told) for day, told in days.items()]


def by_hour(period: Period, hours: Mapping[int, Mapping[str, int]]) -> list[dict[str, Any]]:
    """A row for each hour of a single day, of which a change of the clock makes 23 or 25; of more days by the clock."""
    if len(period.days) == 1:
        return [
            {"hour": f"{clock_of(hour, period.zone):%H:%M}", "at": _iso(hour)} | _row(hours.get(hour, {}))
            for hour in period.hours()
        ]
    clock = {hour: Counter[str]() for hour in range(24)}
    for hour, told in hours.items():
        clock[clock_of(hour, period.zone).hour].update(told)
    return [{"hour": f"{hour:02}:00", "at": None} | _row(told) for hour, told in clock.items()]


def _happened(counts: Mapping[str, int]) -> dict[str, int]:
    revenue = {f"revenue.{currency}": micro for currency, micro in under(counts, "revenue.confirmed.").items()}
    return {
        "sent": counts.get("message.sent", 0),
        "delivered": counts.get("message.delivered", 0),
        "failed": sum(under(counts, "message.failed.").values()),
        "clicks": counts.get("click.person", 0),
        "said_no": sum(counts.get(name, 0) for name in _NOES),
        "codes_used": counts.get("promo.redeemed", 0),
        "purchases": counts.get("conversion.confirmed", 0) + counts.get("conversion.unconfirmed", 0),
    } | revenue


def _row(told: Mapping[str, int]) -> dict[str, Any]:
    return {name: told.get(name, 0) for name in COLUMNS} | {"revenue_micro": under(told, "revenue.")}


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%dT%H:%MZ")
