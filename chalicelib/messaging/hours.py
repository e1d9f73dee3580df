"""Whether an SMS may be sent at a moment by the recipient's clock and calendar, and from when on. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from chalicelib.clock import DAY, MINUTE, SECOND
from chalicelib.messaging.holidays import HolidayRule, holidays_of
from chalicelib.messaging.profile import DAY_MINUTES, ClassHours, CountryProfile, profile_for
from chalicelib.messaging.recipients import Place, Problem
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.sending_hours import Window

_HORIZON_DAYS = 400
# Zones and holidays are known well for these years only; a moment outside is a mistake.
_FIRST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * SECOND
_LAST = int(datetime(2099, 1, 1, tzinfo=UTC).timestamp()) * SECOND

Against = Literal["closed_day", "public_holiday", "outside_hours", "outside_own_hours"]
Rule = Literal["within_hours", "country_unsigned", "outside_calendar"] | Against | Problem


@dataclass(frozen=True, slots=True)
class OwnHours:
    """An advertiser's own hours, of any class but codes: they count as far as the country allows them."""

    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Whether a moment is allowed, by which rule, and the first allowed moment from then on."""

    allowed: bool
    country: str
    zone: str
    """The zone that forbids it, or all that were looked at, separated by commas."""
    rule: Rule
    next: int | None
    """Epoch milliseconds: the moment itself where it is allowed, None where none is known."""


@dataclass(frozen=True, slots=True)
class _Calendar:
    """All that decides about a local time."""

    hours: ClassHours
    holidays: tuple[HolidayRule, ...]
    own: OwnHours | None

    def against(self, local: datetime) -> Against | None:
        """The first rule against a local time."""
        day, minute = local.weekday(), local.hour * 60 + local.minute
        if day in self.hours.closed_days:
            return "closed_day"
        if self.hours.closed_on_holidays and local.date() in holidays_of(self.holidays, local.year):
            return "public_holiday"
        if not (self.hours.limit if self.own else self.hours.window).contains(day, minute):
            return "outside_hours"
        if self.own and not any(window.contains(day, minute) for window in self.own.windows):
            return "outside_own_hours"
        return None

    def openings(self) -> set[int]:
        """The minutes of a day at which a time may become allowed, changes of the clock apart."""
        own = self.own.windows if self.own else ()
        return {0, self.hours.window.open, self.hours.limit.open} | {window.open for window in own}


def check_hours(
    place: Place,
    message_class: MessageClass,
    at: int,
    own: OwnHours | None = None,
    *,
    profile: CountryProfile | None = None,
    rehearse: bool = False,
) -> Hours:
    """Whether a class of message may be sent to a place at a moment (epoch ms). Whatever is not known is a no.

    `profile` is the country's as the operator signed it, else the shipped one. A rehearsal asks for the hours alone,
    also where nothing may be sent yet. With several zones left it is allowed only when it is in all of them.
    """
    zones = ",".join(place.zones)
    if place.problem:
        return Hours(allowed=False, country=place.country, zone=zones, rule=place.problem, next=None)
    profile = profile or profile_for(place.country)
    if not (profile.sends or rehearse):
        return Hours(allowed=False, country=place.country, zone=zones, rule="country_unsigned", next=None)
    if not _FIRST <= at < _LAST:
        return Hours(allowed=False, country=place.country, zone=zones, rule="outside_calendar", next=None)
    own = None if message_class == "authorisation" else own
    calendar = _Calendar(profile.hours[message_class], profile.holidays_in(place.parts), own)
    for zone in place.zones:
        if against := calendar.against(_local(at, ZoneInfo(zone))):
            return Hours(
                allowed=False,
                country=place.country,
                zone=zone,
                rule=against,
                next=_first_in_all(calendar, [ZoneInfo(name) for name in place.zones], at),
            )
    return Hours(allowed=True, country=place.country, zone=zones, rule="within_hours", next=at)


def spread(opening: int, message_id: str, spread_ms: int) -> int:
    """A moment of the `spread_ms` after an opening, always the same for a message: a night's messages leave evenly."""
    if spread_ms <= 0:
        return opening
    return opening + int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:8]) % spread_ms


def leave_at(
    place: Place,
    message_class: MessageClass,
    at: int,
    own: OwnHours | None,
    message_id: str,
    spread_ms: int,
    *,
    profile: CountryProfile | None = None,
) -> int | None:
    """When a message leaves: at once where it is allowed, else a little after the opening; None where it never may.

    Where the spread would pass the closing it leaves at the opening itself: a deferred moment is never outside.
    """
    found = check_hours(place, message_class, at, own, profile=profile)
    if found.allowed or found.next is None:
        return found.next
    later = spread(found.next, message_id, spread_ms)
    return later if check_hours(place, message_class, later, own, profile=profile).allowed else found.next


def _first_in_all(calendar: _Calendar, zones: Iterable[ZoneInfo], at: int) -> int | None:
    """The first moment from `at` on that every zone allows, or None within the horizon."""
    moment, end = at, at + _HORIZON_DAYS * DAY
    while moment < end:
        firsts = [_first(calendar, zone, moment, end) for zone in zones]
        if None in firsts:
            return None
        latest = max(first for first in firsts if first is not None)
        if latest == moment:
            return moment
        moment = latest
    return None


def _first(calendar: _Calendar, zone: ZoneInfo, at: int, end: int) -> int | None:
    if calendar.against(_local(at, zone)) is None:
        return at
    day = _local(at, zone).date()
    while (moments := _turns(zone, day, frozenset(calendar.openings())))[0] < end:
        for moment in moments:
            if moment > at and calendar.against(_local(moment, zone)) is None:
                return moment
        day += timedelta(days=1)
    return None


@lru_cache(maxsize=4096)
def _turns(zone: ZoneInfo, day: date, minutes: frozenset[int]) -> tuple[int, ...]:
    """The moments of a local day at which its clock shows one of these minutes, or is changed; in order.

    A time that exists twice gives both moments. One that the clock skips gives its change, from which on it is past.
    """
    moments = set(_changes(zone, day))
    for minute in minutes - {DAY_MINUTES}:
        wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
        moments |= {_epoch(wall.replace(fold=fold)) for fold in (0, 1)}
    return tuple(sorted(moments))


def _changes(zone: ZoneInfo, day: date) -> Iterator[int]:
    """The moment of a local day at which its clock is changed, if there is one."""
    low = _epoch(datetime.combine(day, time(), zone))
    high = _epoch(datetime.combine(day + timedelta(days=1), time(), zone))
    before, after = (_local(moment, zone).utcoffset() for moment in (low, high))
    if before == after:
        return
    while high - low > MINUTE:
        middle = low + (high - low) // (2 * MINUTE) * MINUTE
        low, high = (middle, high) if _local(middle, zone).utcoffset() == before else (low, middle)
    yield high


def _local(moment: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment // SECOND, zone)


def _epoch(wall: datetime) -> int:
    return int(wall.timestamp()) * SECOND
