"""What a closing hour costs: the carts of the last days whose first SMS would be due once it is closed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chalicelib.clock import HOUR, MINUTE, SECOND
from chalicelib.storage.sending_hours import SendingHours, Window

CLOSINGS = (20, 22)
"""Most carts are left between 18 and 20 h (seed 004): 20 h loses many of them, and 22 h is the latest in France."""
_OPENING = 8
_GRAIN = 5 * MINUTE


def late_carts(begun: Mapping[int, int], delay_ms: int, closing: int, zone: str) -> int:
    """How many carts would be written to after the closing hour, or before the opening at 8 h.

    `begun` is how many were left in each hour (epoch ms of its beginning); within an hour they count as evenly spread.
    """
    tz, late = ZoneInfo(zone), 0.0
    for hour, carts in begun.items():
        moments = range(hour + delay_ms, hour + delay_ms + HOUR, _GRAIN)
        closed = sum(not _OPENING <= _hour_of(moment, tz) < closing for moment in moments)
        late += carts * closed / len(moments)
    return round(late)


def closing_at(hours: SendingHours, closing: int) -> SendingHours:
    """An advertiser's hours for marketing with the last closing at an hour; its other windows stay."""
    windows = hours.marketing or (Window(_OPENING * 60, 20 * 60),)
    last = max(window.close for window in windows)
    moved = tuple(replace(window, close=closing * 60) if window.close == last else window for window in windows)
    return replace(hours, marketing=moved)


def _hour_of(moment: int, tz: ZoneInfo) -> int:
    return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(tz).hour
