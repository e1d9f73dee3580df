"""The hour at which a person tends to open links, kept simple: a count of clicks by local hour, smoothed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chalicelib.clock import HOUR, MINUTE, SECOND

FEWEST_CLICKS = 5
"""Of fewer, nothing is said."""
AT_MOST = 12 * HOUR
"""How far a step is moved for it."""
_HOURS = 24
_OWN, _NEIGHBOUR = 2, 1
"""A click at ten to eleven says something of eleven, too."""


def best_hour(clicks: Iterable[int], zone: str) -> int | None:
    """The local hour (0 to 23) that a person's clicks (epoch ms) lean to; the earliest of equals, None of too few."""
    tz, weights, seen = ZoneInfo(zone), [0] * _HOURS, 0
    for at in clicks:
        hour = _local(at, tz).hour
        weights[hour] += _OWN
        weights[(hour - 1) % _HOURS] += _NEIGHBOUR
        weights[(hour + 1) % _HOURS] += _NEIGHBOUR
        seen += 1
    return weights.index(max(weights)) if seen >= FEWEST_CLICKS else None


def in_own_hour(clicks: Iterable[int], planned: int, ends: int, zone: str, opening: Callable[[int], int | None]) -> int:
    """When a step is due (epoch ms): in its person's hour, where clicks tell one and the hours allow it.

    Else `planned`. `opening` is the first moment from one on that the hours allow.
    """
    hour = best_hour(clicks, zone)
    moved = planned if hour is None else moved_to(hour, planned, ends, zone)
    return moved if opening(moved) == moved else planned


def moved_to(hour: int, planned: int, ends: int, zone: str) -> int:
    """The first moment from `planned` on when a zone's clock shows an hour, within AT_MOST and before `ends`.

    Else `planned`: an hour that the clock skips that day moves nothing; of one that comes twice, it is the first.
    """
    tz = ZoneInfo(zone)
    at, latest = planned, min(planned + AT_MOST, ends - 1)
    while at <= latest:
        local = _local(at, tz)
        if local.hour == hour:
            return at
        at += HOUR - local.minute * MINUTE - local.second * SECOND - at % SECOND
    return planned


def _local(at: int, tz: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(tz)
