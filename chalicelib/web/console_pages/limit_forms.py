"""Caps and hours between a form's fields and the API's bodies. What is wrong is left for the API to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.messaging.profile import WEEKDAYS, Weekday
from chalicelib.web.console_pages.api import Problem
from chalicelib.web.console_pages.limit_words import kind_of

MOST_CAPS = 20
_MOST_A_DAY = 4
USUAL_WINDOWS = (24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600)
_CLASSES = {"marketing": ["marketing"], "notification": ["notification"], "both": ["marketing", "notification"]}
_BLANK = {
    "limit": "",
    "window_s": 7 * 24 * 3600,
    "kind": "marketing",
    "level": "all",
    "counts": "messages",
    "campaign": "",
}
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """A body for the API, and where each of its parts stands in the form."""

    body: dict[str, Any]
    places: dict[str, str]
    """From the API's name of a part (`caps.0`) to the form's field."""
    empty: tuple[str, ...] = ()
    """Classes for which no hours are left: none would mean the country's usual ones."""

    def beside(self, errors: Mapping[str, Problem]) -> dict[str, Problem]:
        """The API's errors by the form's fields."""
        return {self._field(name): problem for name, problem in errors.items()}

    def _field(self, name: str) -> str:
        fitting = [part for part in self.places if name == part or name.startswith(f"{part}.")]
        return self.places[max(fitting, key=len)] if fitting else name


def rows_of(caps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Caps as rows of the form, and a blank one for another."""
    rows = [dict(_BLANK) | dict(cap) | {"kind": kind_of(cap)} for cap in caps]
    return [*rows, dict(_BLANK)][:MOST_CAPS]


def rows_typed(fields: Fields) -> list[dict[str, Any]]:
    """The rows as they were typed."""
    numbers = sorted({int(name[6:]) for name in fields if name.startswith("limit-") and name[6:].isdigit()})
    return [{name: fields.get(f"{name}-{number}", usual) for name, usual in _BLANK.items()} for number in numbers]


def caps_typed(fields: Fields) -> Tried:
    """What the form says of caps. A row without a number is none."""
    caps: list[dict[str, Any]] = []
    places: dict[str, str] = {}
    for place, row in enumerate(rows_typed(fields)):
        if not str(row["limit"]).strip():
            continue
        places[f"caps.{len(caps)}"] = f"limit-{place}"
        cap = {"limit": _number(row["limit"]), "window_s": _number(row["window_s"])}
        cap |= {"level": row["level"], "counts": row["counts"], "classes": _CLASSES.get(row["kind"], [row["kind"]])}
        caps.append(cap | ({"campaign": row["campaign"]} if row["campaign"] else {}))
    return Tried({"caps": caps, "at_cap": fields.get("at_cap", "skip")}, places)


Day = dict[str, Any]


def days_of(windows: Sequence[Mapping[str, Any]], usual: Mapping[str, Any]) -> list[Day]:
    """A class's hours as a row for each day; without own hours the country's usual ones, which holds stay shut."""
    shut = usual["closed_days"]
    usual_windows = [{"open": usual["open"], "close": usual["close"], "days": [d for d in WEEKDAYS if d not in shut]}]
    found = windows or usual_windows
    return [
        {
            "day": day,
            "closed": day in shut,
            "windows": _two([(one["open"], one["close"]) for one in found if day in one["days"]]),
        }
        for day in WEEKDAYS
    ]


def days_typed(fields: Fields, name: str, usual: Mapping[str, Any]) -> list[Day]:
    """The same as it was typed."""
    return [
        {
            "day": day,
            "closed": day in usual["closed_days"],
            "windows": _two([_times(fields, name, day, number) for number in range(_MOST_A_DAY)]),
        }
        for day in WEEKDAYS
    ]


def hours_typed(fields: Fields, usual: Mapping[str, Mapping[str, Any]]) -> Tried:
    """What the form says of hours. A class with the country's usual hours follows the country."""
    body: dict[str, Any] = {"spread_s": _number(fields.get("spread_s", "1800"))}
    places: dict[str, str] = {"spread_s": "spread_s"}
    empty: list[str] = []
    for name in ("marketing", "notification"):
        rows = days_typed(fields, name, usual[name])
        found: dict[tuple[str, str], list[Weekday]] = {}
        for row in rows:
            for opens, closes in row["windows"]:
                if (opens or closes) and not row["closed"]:
                    found.setdefault((opens, closes), []).append(row["day"])
        windows = [{"open": opens, "close": closes, "days": days} for (opens, closes), days in found.items()]
        body[name] = [] if rows == days_of([], usual[name]) else windows
        for place, (_, days) in enumerate(found.items()):
            places[f"{name}.{place}"] = f"{name}-open-{days[0]}-0"
        if not found and body[name] == [] and rows != days_of([], usual[name]):
            empty.append(name)
    return Tried(body, places, tuple(empty))


def _times(fields: Fields, name: str, day: str, number: int) -> tuple[str, str]:
    return fields.get(f"{name}-open-{day}-{number}", ""), fields.get(f"{name}-close-{day}-{number}", "")


def _two(windows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A day's windows, two at least; of a time as browsers write it the first five characters."""
    cut = sorted((opens[:5], closes[:5]) for opens, closes in windows if opens or closes)
    return [*cut, *[("", "")] * (2 - len(cut))]


def _number(text: Any) -> Any:
    written = str(text).strip()
    return int(written) if written.isascii() and written.isdigit() else written
