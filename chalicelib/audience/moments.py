"""Moments as people and exports write them."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from enum import Enum

_TIME_OF_DAY = r"(?:[ T]+(?:à )?([0-9]{1,2})[:h]([0-9]{2})(?::([0-9]{2}))?)?"
_DAY_FIRST = re.compile(rf"([0-3]?[0-9])([/.-])([01]?[0-9])\2((?:19|20)[0-9]{{2}}){_TIME_OF_DAY}")
_YEAR_FIRST = re.compile(rf"((?:19|20)[0-9]{{2}})([/.])([01]?[0-9])\2([0-3]?[0-9]){_TIME_OF_DAY}")


class Unclear(Enum):
    """Why a text is no moment."""

    DATE = "date"
    DAY_OR_MONTH = "day_or_month"
    """Which of the two comes first has to be told."""


def read_moment(text: str, zone: tzinfo, *, day_first: bool) -> int | Unclear:
    """Epoch ms of ISO 8601, of 2026/03/31 or of 31/03/2026 (also with `.` or `-`), in `zone` where it names none.

    Unless it is told that days come first, only what cannot be read two ways is taken.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        found = _written_otherwise(text, day_first=day_first)
        if isinstance(found, Unclear):
            return found
        moment = found
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp() * 1000)


def _written_otherwise(text: str, *, day_first: bool) -> datetime | Unclear:
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, *time = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, _, month, year, *time = found.groups()
        if not day_first and int(day) <= 12 and int(day) != int(month):
            return Unclear.DAY_OR_MONTH
    else:
        return Unclear.DATE
    hour, minute, second = (int(part or 0) for part in time)
    try:
        # The zone is the file's, and set where it is known.
        return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return Unclear.DATE
