"""Windows of the recipient's clock, and the ones that an advertiser set for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.clock import MINUTE

EVERY_DAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the recipient's clock, opening included, closing excluded. They cross midnight if they close first."""

    open: int
    """Minutes since midnight."""
    close: int
    days: tuple[int, ...] = EVERY_DAY
    """The days on which it opens; Monday is 0."""

    def contains(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a day is in it."""
        if self.open < self.close:
            return weekday in self.days and self.open <= minute < self.close
        before = (weekday - 1) % 7
        return (weekday in self.days and minute >= self.open) or (before in self.days and minute < self.close)


@dataclass(frozen=True, slots=True)
class SendingHours:
    """When an advertiser wants to send, within what each country allows; codes leave at any time."""

    marketing: tuple[Window, ...] = ()
    """Instead of the country's usual hours, up to its limit; none to follow the country."""
    notification: tuple[Window, ...] = ()
    spread_ms: int = 30 * MINUTE
    """How long the messages that waited for an opening take to leave."""


@dataclass(frozen=True, slots=True)
class Agent:
    """When the person who signs an advertiser's messages answers replies."""

    hours: tuple[Window, ...]
    """Of the clock in `zone`; none: never."""
    zone: str = "Europe/Paris"
    """IANA's name of the zone that the advertiser works in."""


def agent_from(item: Mapping[str, Any]) -> Agent:
    """From what is stored of it."""
    return Agent(_windows(item["hours"]), item["zone"])


def sending_hours(item: Mapping[str, Any]) -> SendingHours:
    """From what is stored of them."""
    return SendingHours(_windows(item["marketing"]), _windows(item["notification"]), item["spread_ms"])


def _windows(items: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    return tuple(Window(item["open"], item["close"], tuple(item["days"])) for item in items)
