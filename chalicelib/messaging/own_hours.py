"""An advertiser's own hours: what of them counts, and what may be set."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.clock import MINUTE
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.hours import OwnHours
from chalicelib.messaging.profile import ClassHours, CountryProfile, clock_time
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.sending_hours import SendingHours, Window


def own_hours(hours: SendingHours, message_class: MessageClass) -> OwnHours | None:
    """An advertiser's own windows for a class, or None where it follows the country."""
    windows = {"marketing": hours.marketing, "notification": hours.notification}.get(message_class, ())
    return OwnHours(windows) if windows else None


def check_own(hours: SendingHours, profile: CountryProfile) -> None:
    """Raises InvalidInput where hours go beyond a country's limit, or leave no time to send in."""
    classes: tuple[tuple[MessageClass, tuple[Window, ...]], ...] = (
        ("marketing", hours.marketing),
        ("notification", hours.notification),
    )
    errors = [
        FieldError(f"hours.{name}.{position}", rule, message)
        for name, windows in classes
        for position, window in enumerate(windows)
        for rule, message in _wrong(window, profile.hours[name], hours.spread_ms)
    ]
    if errors:
        raise InvalidInput(errors)


def _wrong(window: Window, country: ClassHours, spread_ms: int) -> Iterator[tuple[str, str]]:
    limit = country.limit
    if not limit.open <= window.open < window.close <= limit.close:
        yield (
            "within_limit",
            f"hours lie between {clock_time(limit.open)} and {clock_time(limit.close)}, and open before they close",
        )
    elif (window.close - window.open) * MINUTE < spread_ms:
        yield "shorter_than_spread", "a window lasts at least as long as its messages take to leave"
    if set(window.days) <= country.closed_days:
        yield "closed_days", "nothing may be sent on these days"
