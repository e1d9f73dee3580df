"""Bodies and answers about an advertiser's own hours."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.clock import SECOND
from chalicelib.messaging.own_hours import check_own
from chalicelib.messaging.profile import WEEKDAYS, Weekday, clock_time, minutes, profile_for
from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.storage.sending_hours import SendingHours, Window
from chalicelib.web.body import Body

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class OwnWindow(Body):
    """Hours of the recipient's clock, from an opening to a closing."""

    open: ClockTime
    close: ClockTime
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = WEEKDAYS


class HoursSettings(Body):
    """When to send, within what each country allows; empty follows the country."""

    marketing: Annotated[tuple[OwnWindow, ...], Field(max_length=14)] = ()
    notification: Annotated[tuple[OwnWindow, ...], Field(max_length=14)] = ()
    spread_s: Annotated[int, Field(ge=0, le=4 * 3600)] = 30 * 60


def hours_of(body: HoursSettings) -> SendingHours:
    """What is stored of a body. Raises InvalidInput where it goes beyond what France allows."""
    hours = SendingHours(_windows(body.marketing), _windows(body.notification), body.spread_s * SECOND)
    check_own(hours, profile_for(DEFAULT_COUNTRY))
    return hours


def _windows(windows: tuple[OwnWindow, ...]) -> tuple[Window, ...]:
    return tuple(
        Window(minutes("open", one.open), minutes("close", one.close), tuple(sorted({*map(WEEKDAYS.index, one.days)})))
        for one in windows
    )


def _windows_told(windows: tuple[Window, ...]) -> list[dict[str, Any]]:
    return [
        {"open": clock_time(one.open), "close": clock_time(one.close), "days": [WEEKDAYS[day] for day in one.days]}
        for one in windows
    ]


def hours_answer(hours: SendingHours) -> dict[str, Any]:
    """Own hours as the API tells them."""
    return {
        "marketing": _windows_told(hours.marketing),
        "notification": _windows_told(hours.notification),
        "spread_s": hours.spread_ms // SECOND,
    }
