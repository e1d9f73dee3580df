"""Days of a zone, as hours of counting: a report's period, and which day and hour of the clock an hour belongs to.

Counts are kept by full hours of UTC. Where a zone is half an hour off, an hour belongs to the day and the hour that the
clock shows at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.clock import HOUR, SECOND
from chalicelib.errors import FieldError

LONGEST_DAYS = 92
_USUAL_DAYS = 28


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, by the clock of a zone (IANA)."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> int:
        """The beginning of its first hour (epoch ms)."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> int:
        """The beginning of its last hour (epoch ms)."""
        return _midnight(self.last + timedelta(days=1), self.zone) - HOUR

    @property
    def end(self) -> int:
        """The end of its last hour: the beginning of the first that is no more of it."""
        return self.until + HOUR

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def hours(self) -> Iterator[int]:
        """The beginning of each hour: a day on which the clock is changed has 23 or 25."""
        yield from range(self.since, self.until + HOUR, HOUR)

    def before(self) -> Period:
        """The same number of days before it."""
        days = timedelta(days=len(self.days))
        return Period(self.first - days, self.last - days, self.zone)


def clock_of(at: int, zone: str) -> datetime:
    """What the zone's clock shows at a moment (epoch ms)."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone))


def asked(since: str, until: str, zone: str, now: int) -> Period | list[FieldError]:
    """The period that was asked for; the last 28 days with today where nothing was. Or what is wrong with it."""
    errors: list[FieldError] = []
    last = _day("until", until, clock_of(now, zone).date(), errors)
    first = _day("since", since, last - timedelta(days=_USUAL_DAYS - 1), errors)
    if not errors and first > last:
        errors.append(FieldError("since", "after_until", "the first day comes after the last"))
    if not errors and (last - first).days >= LONGEST_DAYS:
        errors.append(FieldError("since", "too_long", f"a report is of at most {LONGEST_DAYS} days"))
    return errors or Period(first, last, zone)


def _day(field: str, text: str, usual: date, errors: list[FieldError]) -> date:
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors.append(FieldError(field, "date", "a day is written as 2026-11-26"))
        return usual
    if not 2000 <= day.year <= 2200:
        errors.append(FieldError(field, "date", "a day lies between 2000 and 2200"))
        return usual
    return day


def _midnight(day: date, zone: str) -> int:
    """The first full hour of UTC that begins on a day."""
    at = int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()) * SECOND
    return at + -at % HOUR
