"""Public holidays from rules that stand in the country profiles (docs/adr/0017)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_EASTER = re.compile(r"easter([+-]\d{1,2})?")


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """One holiday: of each year, by days from Easter Sunday, or one date."""

    text: str

    def on(self, year: int) -> date | None:
        """Its date in a year, or None."""
        if found := _EASTER.fullmatch(self.text):
            return _easter(year) + timedelta(days=int(found[1] or 0))
        if _YEARLY.fullmatch(self.text):
            return date.fromisoformat(f"{year}-{self.text}")
        once = date.fromisoformat(self.text)
        return once if once.year == year else None


def holiday_rule(text: str) -> HolidayRule:
    """A rule from `05-01`, `easter+39` or `2027-05-03`; ValueError for anything else."""
    rule = HolidayRule(text)
    try:
        rule.on(2001)
    except ValueError:
        raise ValueError(f"'{text}' is no holiday: write 05-01, easter+39 or 2027-05-03") from None
    return rule


@lru_cache(maxsize=512)
def holidays_of(rules: tuple[HolidayRule, ...], year: int) -> frozenset[date]:
    """A year's holidays by all the rules."""
    return frozenset(_dates(rules, year))


def _dates(rules: Iterable[HolidayRule], year: int) -> Iterable[date]:
    return (day for rule in rules if (day := rule.on(year)) is not None)


@lru_cache(maxsize=256)
def _easter(year: int) -> date:
    from dateutil.easter import easter

    return date.fromordinal(easter(year).toordinal())
