"""Country profiles as people and programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chalicelib.clock import HOUR
from chalicelib.messaging.profile import WEEKDAYS, CartRule, ClassHours, CountryProfile, clock_time, shipped
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.signed_countries import Signature

if TYPE_CHECKING:
    from chalicelib.messaging.country_shapes import CartsAllowed, CountryTold, HoursAllowed, SignatureTold


def country_report(book: CountryBook) -> list[CountryTold]:
    """Each profile that holds, with its sources and its signature."""
    return [country_told(book.profile(code), book.signature(code)) for code in (*shipped(), *book.signed_beside())]


def country_told(profile: CountryProfile, signature: Signature | None) -> CountryTold:
    """One profile."""
    return {
        "country": profile.code,
        "name": profile.name,
        "sends": profile.sends,
        "signed": {"by": signature.by, "at": signature.at} if signature else None,
        "hours": {name: _hours(hours) for name, hours in profile.hours.items()},
        "holidays": {part: [rule.text for rule in rules] for part, rules in profile.holidays.items()},
        "holidays_source": profile.holidays_source,
        "senders": [
            {
                "kind": rule.kind,
                "form": rule.pattern.pattern,
                "classes": sorted(rule.classes),
                "two_way": rule.two_way,
                "source": rule.source,
            }
            for rule in profile.senders
        ],
        "carts": _carts(profile.carts) if profile.carts else None,
    }


def signatures_told(history: Iterable[Signature]) -> list[SignatureTold]:
    """What was signed and taken back (`values` null), by whom and when (epoch ms)."""
    return [{"by": one.by, "at": one.at, "values": None if one.values is None else dict(one.values)} for one in history]


def _carts(rule: CartRule) -> CartsAllowed:
    told: CartsAllowed = {"messages": rule.messages, "within_h": rule.within_ms // HOUR, "source": rule.source}
    return {**told, "double_opt_in": True} if rule.double_opt_in else told


def _hours(hours: ClassHours) -> HoursAllowed:
    closed: list[str] = [WEEKDAYS[day] for day in sorted(hours.closed_days)]
    return {
        "open": clock_time(hours.window.open),
        "close": clock_time(hours.window.close),
        "earliest": clock_time(hours.limit.open),
        "latest": clock_time(hours.limit.close),
        "closed": [*closed, "holidays"] if hours.closed_on_holidays else closed,
        "source": hours.source,
    }
