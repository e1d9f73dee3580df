"""Country profiles: what a country allows, as data with sources (`countries/*.toml`; docs/countries.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

from chalicelib.messaging.holidays import HolidayRule, holiday_rule
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import SenderKind

_FILES = Path(__file__).parent / "countries"
_FRANCE = "FR"
STRICTEST = "strictest"
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOLIDAYS = "holidays"
_EVERYWHERE = "everywhere"
ALSACE_MOSELLE = "alsace_moselle"
CLASSES: tuple[MessageClass, ...] = ("marketing", "notification", "authorisation")


class ProfileError(ValueError):
    """Values that are no country profile; its text names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the recipient's clock, opening included, closing excluded. They cross midnight if they close first."""

    open: int
    """Minutes since midnight."""
    close: int
    days: frozenset[int] = frozenset(range(7))
    """The days on which it opens; Monday is 0."""

    def contains(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a day is in it."""
        if self.open < self.close:
            return weekday in self.days and self.open <= minute < self.close
        before = (weekday - 1) % 7
        return (weekday in self.days and minute >= self.open) or (before in self.days and minute < self.close)


@dataclass(frozen=True, slots=True)
class ClassHours:
    """The hours of one class of messages."""

    window: Window
    """Where the advertiser says nothing."""
    limit: Window
    """What an advertiser's own hours never go beyond."""
    closed_days: frozenset[int]
    closed_on_holidays: bool
    source: str


@dataclass(frozen=True, slots=True)
class SenderRule:
    """One kind of sender that a country knows, and what it may do there."""

    kind: SenderKind
    pattern: re.Pattern[str]
    """The whole of it: a name, a short code, or a number in E.164."""
    classes: frozenset[MessageClass]
    two_way: bool
    source: str
    calling_code: int | None = None
    """For numbers that may be written as in the country, with a 0 in its place."""
    generic: frozenset[str] = frozenset()
    """Names in small letters that name nobody."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of a country that has its own code (ISO 3166-1), zone or numbers."""

    code: str
    name: str
    zones: tuple[str, ...]
    """IANA's names; none where the number tells."""
    numbers: tuple[re.Pattern[str], ...] = ()
    """Its mobile numbers in E.164, where they are told apart here rather than by phonenumbers."""
    postcodes: tuple[str, ...] = ()
    """What its postcodes begin with."""
    sends: bool = False


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """What a country allows. Every value comes from a file or from what the operator signed, with its source."""

    code: str
    """ISO 3166-1 alpha-2, or STRICTEST."""
    name: str
    sends: bool
    """Whether SMS go out to it: as shipped to France only, else once the operator has signed its values."""
    hours: Mapping[MessageClass, ClassHours]
    holidays: Mapping[str, tuple[HolidayRule, ...]]
    """By part of the country; `everywhere` holds in all."""
    holidays_source: str
    family: str
    """The country whose territory it is, or itself: a sender is registered for all of it."""
    senders: tuple[SenderRule, ...] = ()
    """None where nothing is known: nothing may be sent then."""
    postcodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parts that have holidays but no code of their own, by the beginning of their postcodes."""

    def holidays_in(self, parts: Iterable[str]) -> tuple[HolidayRule, ...]:
        """The holidays of all these parts together."""
        return tuple(dict.fromkeys(rule for part in (_EVERYWHERE, *parts) for rule in self.holidays.get(part, ())))


def profile_for(country: str) -> CountryProfile:
    """A country's profile as shipped; the strictest where it has none of its own."""
    return _profiles(_file_of(country)).get(country) or _profiles(STRICTEST)[STRICTEST]


def territory(country: str) -> Territory | None:
    """The zones and numbers of a country or territory that has a profile, or None."""
    return _territories(_file_of(country)).get(country)


def french_territories() -> Mapping[str, Territory]:
    """France and each of its territories, by code."""
    return _territories(_FRANCE)


def shipped() -> tuple[str, ...]:
    """The codes of all profiles that Relance ships, territories included."""
    files = sorted(path.stem for path in _FILES.glob("*.toml") if path.stem != STRICTEST)
    return tuple(code for file in files for code in _profiles(file.upper()))


@cache
def _file_of(country: str) -> str:
    if country in _read(_FRANCE)["territories"]:
        return _FRANCE
    own = re.fullmatch("[A-Z]{2}", country) and (_FILES / f"{country.lower()}.toml").is_file()
    return country if own else STRICTEST


@cache
def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((_FILES / f"{file.lower()}.toml").read_text(encoding="utf-8"))


@cache
def _territories(file: str) -> dict[str, Territory]:
    data = _read(file)
    parts = {data["code"]: data} | data.get("territories", {})
    return {
        code: Territory(
            code=code,
            name=part["name"],
            zones=tuple(part["zones"]),
            numbers=tuple(re.compile(pattern, re.ASCII) for pattern in part.get("numbers", ())),
            postcodes=tuple(part.get("postcodes", ())),
            sends=part.get("sends", data["sends"]),
        )
        for code, part in parts.items()
    }


@cache
def _profiles(file: str) -> dict[str, CountryProfile]:
    """A file's country and its territories: the same values, each under its own code."""
    data = _read(file)
    holidays = dict(data["holidays"])
    source = holidays.pop("source")
    return {
        part.code: CountryProfile(
            code=part.code,
            name=part.name,
            sends=part.sends,
            hours={name: class_hours(name, data[name]) for name in CLASSES},
            holidays={name: tuple(holiday_rule(rule) for rule in rules) for name, rules in holidays.items()},
            holidays_source=source,
            family=data["code"],
            senders=tuple(sender_rule(rule) for rule in data.get("senders", ())),
            postcodes={name: tuple(data[name]["postcodes"]) for name in holidays if name in data},
        )
        for part in _territories(file).values()
    }


def class_hours(name: str, values: Mapping[str, Any]) -> ClassHours:
    """A class's hours from a file's or a signature's table. Raises ProfileError."""
    if missing := {"open", "close", "source"} - values.keys():
        raise ProfileError(f"{name}: {', '.join(sorted(missing))} is missing")
    if unknown := values.keys() - {"open", "close", "earliest", "latest", "closed", "source"}:
        raise ProfileError(f"{name}: {', '.join(sorted(unknown))} is not known")
    closed = list(values.get("closed", ()))
    if strange := set(closed) - {*_WEEKDAYS, _HOLIDAYS}:
        raise ProfileError(f"{name}.closed: {', '.join(sorted(strange))} is neither a weekday nor '{_HOLIDAYS}'")
    window = Window(minutes(name, values["open"]), minutes(name, values["close"]))
    limit = Window(
        minutes(name, values.get("earliest", values["open"])), minutes(name, values.get("latest", values["close"]))
    )
    if not limit.open <= window.open < window.close <= limit.close:
        raise ProfileError(f"{name}: hours lie between earliest and latest, and open before they close")
    return ClassHours(
        window=window,
        limit=limit,
        closed_days=frozenset(index for index, day in enumerate(_WEEKDAYS) if day in closed),
        closed_on_holidays=_HOLIDAYS in closed,
        source=str(values["source"]),
    )


def sender_rule(values: Mapping[str, Any]) -> SenderRule:
    """One kind of sender from a file's or a signature's table. Raises ProfileError."""
    if missing := {"kind", "pattern", "classes", "two_way", "source"} - values.keys():
        raise ProfileError(f"senders: {', '.join(sorted(missing))} is missing")
    if values["kind"] not in get_args(SenderKind) or not set(values["classes"]) <= set(CLASSES):
        raise ProfileError(f"senders: a kind is one of {get_args(SenderKind)}, classes are of {CLASSES}")
    return SenderRule(
        kind=values["kind"],
        pattern=re.compile(values["pattern"], re.ASCII),
        classes=frozenset(values["classes"]),
        two_way=values["two_way"],
        source=values["source"],
        calling_code=values.get("calling_code"),
        generic=frozenset(values.get("generic", ())),
    )


def minutes(name: str, text: Any) -> int:
    """Minutes since midnight of `08:00`; 24:00 is the day's end. Raises ProfileError."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    total = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if total > DAY_MINUTES:
        raise ProfileError(f"{name}: a time is written as 08:00, up to 24:00")
    return total
