"""Bodies and answers about an advertiser's own hours."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.own_hours import check_own
from chalicelib.messaging.profile import WEEKDAYS, Weekday, clock_time, minutes, profile_for
from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.storage.sending_hours import Agent, SendingHours, Window
from chalicelib.units import Seconds
from chalicelib.units import Zone as Timezone
from chalicelib.web.body import Body, example

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


FirstName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=30, pattern=r"^[^\W\d_]+(?:[ '’-][^\W\d_]+)*$"),
]


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise ValueError("a zone is named as by IANA, such as Europe/Paris")
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class OwnWindow(Body):
    """Hours of the recipient's clock, from an opening to a closing."""

    open: ClockTime
    close: ClockTime
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = WEEKDAYS


class HoursSettings(Body):
    """When to send, within what each country allows; empty follows the country."""

    model_config = example({"spread_s": 60})

    marketing: Annotated[tuple[OwnWindow, ...], Field(max_length=14)] = ()
    notification: Annotated[tuple[OwnWindow, ...], Field(max_length=14)] = ()
    spread_s: Annotated[int, Field(ge=0, le=4 * 3600)] = 30 * 60


class WindowTold(TypedDict):
    """Hours of the recipient's clock."""

    open: str
    close: str
    days: list[Weekday]


class OwnHours(TypedDict):
    """When to send, within what each country allows; empty follows the country."""

    marketing: list[WindowTold]
    notification: list[WindowTold]
    spread_s: Seconds
    """Over how long what is due at once is spread."""


class AgentTold(TypedDict):
    """A real person who signs, and when replies are answered."""

    name: str
    hours: list[WindowTold]
    zone: Timezone


def hours_of(body: HoursSettings) -> SendingHours:
    """What is stored of a body. Raises InvalidInput where it goes beyond what France allows."""
    hours = SendingHours(_windows(body.marketing), _windows(body.notification), body.spread_s * SECOND)
    check_own(hours, profile_for(DEFAULT_COUNTRY))
    return hours


class AgentSettings(Body):
    """A real person who signs, by a first name, and when replies are answered."""

    name: FirstName
    hours: Annotated[tuple[OwnWindow, ...], Field(max_length=14)] = ()
    zone: Zone = "Europe/Paris"


def agent_of(body: AgentSettings) -> Agent:
    """What is stored of a body, but for the name. Raises InvalidInput where a window does not open before it closes."""
    hours = _windows(body.hours)
    errors = [
        FieldError(f"agent.hours.{position}", "order", "hours open before they close")
        for position, window in enumerate(hours)
        if window.open >= window.close
    ]
    if errors:
        raise InvalidInput(errors)
    return Agent(hours, body.zone)


def agent_answer(agent: Agent, name: str) -> AgentTold:
    """An agent as the API tells it."""
    return {"name": name, "hours": _windows_told(agent.hours), "zone": agent.zone}


def _windows(windows: tuple[OwnWindow, ...]) -> tuple[Window, ...]:
    return tuple(
        Window(minutes("open", one.open), minutes("close", one.close), tuple(sorted({*map(WEEKDAYS.index, one.days)})))
        for one in windows
    )


def _windows_told(windows: tuple[Window, ...]) -> list[WindowTold]:
    return [
        {"open": clock_time(one.open), "close": clock_time(one.close), "days": [WEEKDAYS[day] for day in one.days]}
        for one in windows
    ]


def hours_answer(hours: SendingHours) -> OwnHours:
    """Own hours as the API tells them."""
    return {
        "marketing": _windows_told(hours.marketing),
        "notification": _windows_told(hours.notification),
        "spread_s": hours.spread_ms // SECOND,
    }
