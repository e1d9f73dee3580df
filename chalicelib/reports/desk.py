"""Reads what a report is made of. What it reads grows with days, and not with what happened on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib.reports import buckets, campaigns, conversions, funnel, references, results
from chalicelib.reports.funnel import Of
from chalicelib.reports.periods import Period, clock_of
from chalicelib.reports.reason_words import words
from chalicelib.reports.unsubscribes import unsubscribes
from chalicelib.storage import cohorts
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.click_records import UTM
from chalicelib.storage.counters import Counters

Told = dict[str, Any]
"""A report as reports/shapes.py says."""


@dataclass(frozen=True)
class Report:
    """An advertiser's reports of some days. Each kind of count is read once, with one read a day."""

    counters: Counters
    sizes: BaseSizes
    advertiser: Advertiser
    period: Period

    def everything(self, of: Of) -> Told:
        """All but a campaign's growth. Three reads a day."""
        return self.funnel(of) | self.results(of) | self.campaigns() | self.days() | self.hours() | self.traffic()

    def funnel(self, of: Of) -> Told:
        """The stages with the reasons of every fall. One read a day."""
        totals = funnel.summed(self._cohorts, of)
        stages = funnel.stages(totals, visits=of.campaign is None)
        return self._head | {
            "stages": [funnel.told(stage, words) for stage in stages],
            "deferrals": [funnel.fall_told(fall, words) for fall in funnel.deferrals(totals["sms"])],
        }

    def results(self, of: Of) -> Told:
        """What SMS came to and cost. One read a day of a campaign, two of everything."""
        sms = funnel.summed(self._cohorts, of)["sms"]
        margin = self.advertiser.margin_percent
        told = self._head | results.figures(sms, margin)
        told |= {"margin_percent": margin, "references": references.beside(sms)}
        if of.campaign is None:
            counts = sum(map(Counter, self._counts.values()), Counter[str]())
            told["unsubscribes"] = unsubscribes(counts, self.sizes.get(self.advertiser.id))
            by_channel = results.under(counts, "promo.redeemed.")
            told["codes_used"] = {"number": counts["promo.redeemed"], "by_channel": by_channel}
            orders = (one.counts for one in self._cohorts if one.kind == "order")
            told["all_purchases"] = conversions.totals(sum(map(Counter, orders), Counter[str]()))
        return told

    def campaigns(self) -> Told:
        """Each journey, broadcast and campaign. One read a day."""
        return self._head | {"campaigns": campaigns.by_campaign(self._cohorts, self.advertiser.margin_percent)}

    def days(self) -> Told:
        """What happened day by day. Two reads a day."""
        return self._head | {"days": buckets.by_day(self.period, buckets.hourly(self._counts, self._cohorts))}

    def hours(self) -> Told:
        """What happened in each hour of a day, or by the hour of the clock on several. Two reads a day."""
        return self._head | {"hours": buckets.by_hour(self.period, buckets.hourly(self._counts, self._cohorts))}

    def traffic(self) -> Told:
        """Clicks, uniques and purchases by UTM source, medium and campaign. One read a day."""
        split = self.counters.read_by(self.advertiser.id, "utm", self.period.since, self.period.until)
        return self._head | {"by": list(UTM), "traffic": conversions.traffic(split)}

    def growth(self, campaign: str, now: int) -> Told:
        """A shop's sales before and after a campaign's first SMS. Two reads a day."""
        before = self.period.before()
        counted = cohorts.read(self.counters, self.advertiser.id, before.since, self.period.until)
        today = clock_of(now, self.period.zone).date()
        return self._head | campaigns.growth(counted, campaign, self.period, today)

    @property
    def _head(self) -> Told:
        period = self.period
        return {"since": period.first.isoformat(), "until": period.last.isoformat(), "zone": period.zone}

    @cached_property
    def _cohorts(self) -> list[cohorts.Counted]:
        return cohorts.read(self.counters, self.advertiser.id, self.period.since, self.period.until)

    @cached_property
    def _counts(self) -> buckets.Counts:
        return self.counters.by_hour(self.advertiser.id, self.period.since, self.period.until)
