"""Country profiles: what a country allows, as data with sources (`countries/*.toml`; docs/countries.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.holidays import HolidayRule, holiday_rule
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import SenderKind
from chalicelib.storage.sending_hours import Window
from chalicelib.storage.templates import Language

_FILES = Path(__file__).parent / "countries"
_FRANCE = "FR"
STRICTEST = "strictest"
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_HOLIDAYS = "holidays"
EVERYWHERE = "everywhere"
CLASSES: tuple[MessageClass, ...] = ("marketing", "notification", "authorisation")


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
class CartRule:
    """How many SMS may follow one abandoned cart, where a country or its carriers say so."""

    messages: int
    within_ms: int
    """After the cart was left."""
    source: str
    double_opt_in: bool = False
    """Whether only who has confirmed the consent from the phone itself may be written to of a cart."""


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
    opt_out: Mapping[Language, str]
    """What a marketing text ends with, by its language: the `number` that takes a STOP, and the `page`."""
    stop_everywhere: bool = False
    """Whether a STOP to one advertiser goes to all of them."""
    carts: CartRule | None = None
    senders: tuple[SenderRule, ...] = ()
    """None where nothing is known: nothing may be sent then."""
    postcodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parts that have holidays but no code of their own, by the beginning of their postcodes."""

    def holidays_in(self, parts: Iterable[str]) -> tuple[HolidayRule, ...]:
        """The holidays of all these parts together."""
        return tuple(dict.fromkeys(rule for part in (EVERYWHERE, *parts) for rule in self.holidays.get(part, ())))


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
            opt_out=data["opt_out"],
            stop_everywhere=data.get("stop_everywhere", False),
            carts=_cart_rule(data.get("carts")),
            senders=tuple(sender_rule(rule) for rule in data.get("senders", ())),
            postcodes={name: tuple(data[name]["postcodes"]) for name in holidays if name in data},
        )
        for part in _territories(file).values()
    }


def _cart_rule(values: Mapping[str, Any] | None) -> CartRule | None:
    if values is None:
        return None
    twice = values.get("double_opt_in", False)
    return CartRule(values["messages"], values["within_h"] * HOUR, _source("carts", values), twice)


def class_hours(name: str, values: Mapping[str, Any]) -> ClassHours:
    """A class's hours from a file's or a signature's table. Raises InvalidInput."""
    if missing := {"open", "close", "source"} - values.keys():
        raise InvalidInput([FieldError(f"{name}.{key}", "required", "it has to be said") for key in sorted(missing)])
    if unknown := values.keys() - {"open", "close", "earliest", "latest", "closed", "source"}:
        raise InvalidInput(
            [FieldError(f"{name}.{key}", "known", "hours have no such value") for key in sorted(unknown)]
        )
    closed = list(values.get("closed", ()))
    if set(closed) - {*WEEKDAYS, _HOLIDAYS}:
        raise InvalidInput([FieldError(f"{name}.closed", "day", f"{', '.join(WEEKDAYS)} or {_HOLIDAYS}")])
    window = Window(minutes(name, values["open"]), minutes(name, values["close"]))
    limit = Window(
        minutes(name, values.get("earliest", values["open"])), minutes(name, values.get("latest", values["close"]))
    )
    if not limit.open <= window.open < window.close <= limit.close:
        raise InvalidInput(
            [FieldError(name, "order", "hours lie between earliest and latest, and open before they close")]
        )
    return ClassHours(
        window=window,
        limit=limit,
        closed_days=frozenset(index for index, day in enumerate(WEEKDAYS) if day in closed),
        closed_on_holidays=_HOLIDAYS in closed,
        source=_source(name, values),
    )


def sender_rule(values: Mapping[str, Any]) -> SenderRule:
    """One kind of sender from a file's or a signature's table. Raises InvalidInput."""
    if missing := {"kind", "pattern", "classes", "two_way", "source"} - values.keys():
        raise InvalidInput([FieldError(f"senders.{key}", "required", "it has to be said") for key in sorted(missing)])
    if values["kind"] not in get_args(SenderKind) or not set(values["classes"]) <= set(CLASSES):
        raise InvalidInput([FieldError("senders", "known", f"kind: {get_args(SenderKind)}, classes: {CLASSES}")])
    return SenderRule(
        kind=values["kind"],
        pattern=re.compile(values["pattern"], re.ASCII),
        classes=frozenset(values["classes"]),
        two_way=values["two_way"],
        source=_source("senders", values),
        calling_code=values.get("calling_code"),
        generic=frozenset(values.get("generic", ())),
    )


def _source(name: str, values: Mapping[str, Any]) -> str:
    source = str(values["source"]).strip()
    if not source:
        raise InvalidInput([FieldError(f"{name}.source", "required", "say where the values come from")])
    return source


def minutes(name: str, text: Any) -> int:
    """Minutes since midnight of `08:00`; 24:00 is the day's end. Raises InvalidInput."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    total = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if total > DAY_MINUTES:
        raise InvalidInput([FieldError(name, "time", "a time is written as 08:00, up to 24:00")])
    return total


def clock_time(minute: int) -> str:
    """`08:00` of minutes since midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"
