"""What an advertiser's caps and hours stand within, as the API tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.messaging.holidays import holidays_of
from chalicelib.messaging.profile import WEEKDAYS, ClassHours, CountryProfile, Weekday, clock_time
from chalicelib.storage.caps import CapRule
from chalicelib.web.cap_models import CapBody, caps_answer

_AHEAD = timedelta(days=366)


class HoursOfClass(TypedDict):
    """The hours of a class of messages in a country, by the recipient's clock."""

    open: str
    """Where the advertiser sets no own hours."""
    close: str
    earliest: str
    """Before it no advertiser's own hours may begin."""
    latest: str
    closed_days: list[Weekday]
    closed_on_holidays: bool


class HoursOfCountry(TypedDict):
    """Of marketing, and of notifications."""

    marketing: HoursOfClass
    notification: HoursOfClass


class StandWithin(TypedDict):
    """The country's hours and its holidays of the year to come, and the operator's caps."""

    country: str
    hours: HoursOfCountry
    holidays: list[str]
    """Dates (ISO 8601) that the whole country has."""
    operator_caps: list[CapBody]


def limits_answer(profile: CountryProfile, operator_caps: tuple[CapRule, ...], now: int) -> dict[str, object]:
    """As above."""
    today = datetime.fromtimestamp(now / SECOND, UTC).date()
    rules = profile.holidays_in(())
    days = sorted(day for year in (today.year, today.year + 1) for day in holidays_of(rules, year))
    return {
        "country": profile.code,
        "hours": {name: _told(profile.hours[name]) for name in ("marketing", "notification")},
        "holidays": [day.isoformat() for day in days if today <= day < today + _AHEAD],
        "operator_caps": caps_answer(operator_caps),
    }


def _told(hours: ClassHours) -> HoursOfClass:
    return {
        "open": clock_time(hours.window.open),
        "close": clock_time(hours.window.close),
        "earliest": clock_time(hours.limit.open),
        "latest": clock_time(hours.limit.close),
        "closed_days": [WEEKDAYS[day] for day in sorted(hours.closed_days)],
        "closed_on_holidays": hours.closed_on_holidays,
    }
