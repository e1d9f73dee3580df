"""A rehearsal's figures as a page shows them, of a journey's or of a broadcast's messages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.reason_words import said_reason, said_win_back

Language = Literal["fr", "en"]
_DAYS = (
    ("lun.", "Mon"),
    ("mar.", "Tue"),
    ("mer.", "Wed"),
    ("jeu.", "Thu"),
    ("ven.", "Fri"),
    ("sam.", "Sat"),
    ("dim.", "Sun"),
)
_MICRO = 1_000_000
_MOST_HOURS = 48


@dataclass(frozen=True, slots=True)
class Reason:
    """Why so many would not get it, or later only."""

    words: str
    number: str
    win_back: str = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """What would leave in an hour, and how that is to the fullest one (1 to 100)."""

    words: str
    people: int
    share: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All that is told."""

    sends: str
    audience: int
    exact: bool
    looked_at: int
    parts: int
    price: str
    later: tuple[Reason, ...]
    unreached: tuple[Reason, ...]
    hours: tuple[Hour, ...]


def foreseen(told: Mapping[str, Any], say: Say, zone: str, *, by_day: bool) -> Foreseen:
    """The view of what a rehearsal told. `by_day`: hours with their date, else the same hour of all days together."""
    return Foreseen(
        sends=_number(told["sends"], say),
        audience=told["audience"],
        exact=told["exact"],
        looked_at=told["looked_at"],
        parts=told["parts"]["total"],
        price=money(told["price"], say) if told["sends"]["people"] else "0",
        later=tuple(Reason(said_reason(name, say), _number(one, say)) for name, one in told["later"].items()),
        unreached=tuple(
            Reason(said_reason(name, say), _number(one, say), said_win_back(name, say))
            for name, one in told["unreached"].items()
        ),
        hours=_hours(told["hours"], say, ZoneInfo(zone), by_day=by_day),
    )


def money(price: Mapping[str, Any] | None, say: Say) -> str:
    """Micro-units of a currency as people write them; empty where the price is not known."""
    if price is None:
        return ""
    amount = f"{price['micro'] / _MICRO:,.2f}"
    currency = {"EUR": "€"}.get(price["currency"], price["currency"])
    french = amount.replace(",", "\u202f").replace(".", ",")
    return say(f"{french} {currency}", f"{amount} {currency}")


def _number(of: Mapping[str, int], say: Say) -> str:
    """So many, or so many between two bounds."""
    people, low, high = of["people"], of["at_least"], of["at_most"]
    if low == high:
        return str(people)
    return say(f"environ {people} (de {low} à {high})", f"about {people} ({low} to {high})")


def _hours(hours: Sequence[Mapping[str, int]], say: Say, zone: ZoneInfo, *, by_day: bool) -> tuple[Hour, ...]:
    counted: Counter[tuple[int, str]] = Counter()
    for one in hours:
        local = datetime.fromtimestamp(one["hour"] / SECOND, UTC).astimezone(zone)
        day = say(*_DAYS[local.weekday()])
        named = say(f"{day} {local:%d/%m}, {local.hour} h", f"{day} {local:%d/%m}, {local.hour}:00")
        alone = say(f"{local.hour} h", f"{local.hour}:00")
        counted[(one["hour"], named) if by_day else (local.hour, alone)] += one["people"]
    most = max(counted.values(), default=1) or 1
    ordered = sorted(counted.items())[:_MOST_HOURS]
    return tuple(Hour(words, people, max(1, round(100 * people / most))) for (_, words), people in ordered)
