"""Country profiles as the operator signed them: a country of its own begins to send, France becomes stricter only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.clock import Clock
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.holidays import HolidayRule, holiday_rule
from chalicelib.messaging.hours import Hours, OwnHours, check_hours
from chalicelib.messaging.profile import (
    CLASSES,
    EVERYWHERE,
    ClassHours,
    CountryProfile,
    class_hours,
    profile_for,
    sender_rule,
    shipped,
)
from chalicelib.messaging.recipients import Place
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.signed_countries import Signature, SignedCountries

_TABLES = (*CLASSES, "holidays", "senders")
_NEEDED: tuple[MessageClass, ...] = ("marketing", "notification")


class CountryBook:
    """The profiles that hold now: as shipped, with what the operator signed."""

    def __init__(self, signatures: SignedCountries, clock: Clock) -> None:
        self._signatures = signatures
        self._clock = clock

    def profile(self, country: str) -> CountryProfile:
        """A country's profile. Values that a newer version does not take any more stop the sending there."""
        base = profile_for(country)
        signature = self._signatures.current(country)
        if signature is None or signature.values is None:
            return base
        try:
            return signed(country, signature.values)
        except InvalidInput:
            return replace(base, sends=False)

    def check_hours(
        self, place: Place, message_class: MessageClass, at: int, own: OwnHours | None = None, *, rehearse: bool = False
    ) -> Hours:
        """Whether a class of message may be sent to a place at a moment, by the profile that holds now."""
        profile = None if place.problem else self.profile(place.country)
        return check_hours(place, message_class, at, own, profile=profile, rehearse=rehearse)

    def sign(self, country: str, values: Mapping[str, Any], by: str) -> CountryProfile:
        """Let values hold for a country. Raises InvalidInput, which names each value and rule."""
        import phonenumbers

        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise InvalidInput([FieldError("country", "known", "two capital letters, such as BE")])
        profile = signed(country, values)
        self._signatures.sign(Signature(country, self._clock.now(), by, values))
        return profile

    def take_back(self, country: str, by: str) -> CountryProfile:
        """Go back to the profile as shipped."""
        self._signatures.sign(Signature(country, self._clock.now(), by, None))
        return profile_for(country)

    def signed_beside(self) -> list[str]:
        """The countries that were signed without a profile of their own being shipped."""
        return [code for code in self._signatures.countries() if code not in shipped()]

    def history(self, country: str) -> list[Signature]:
        """Everything that was signed and taken back for a country, the oldest first."""
        return self._signatures.history(country)

    def signature(self, country: str) -> Signature | None:
        """Who signed what holds, and when; None where the shipped profile does."""
        found = self._signatures.current(country)
        return found if found and found.values is not None else None


def signed(country: str, values: Mapping[str, Any]) -> CountryProfile:
    """A country's profile with signed values. Raises InvalidInput.

    Where Relance sends as shipped, values can only be stricter. Elsewhere the country sends from then on: hours of
    marketing and notifications and the senders are needed, each with its source. Holidays are added to the known ones.
    """
    try:
        return _signed(country, values)
    except (TypeError, ValueError, AttributeError, re.error):
        raise InvalidInput([FieldError("values", "shape", "they have the form of a profile's file")]) from None


def _signed(country: str, values: Mapping[str, Any]) -> CountryProfile:
    base = profile_for(country)
    if unknown := values.keys() - set(_TABLES):
        raise InvalidInput([FieldError(str(name), "known", f"one of {', '.join(_TABLES)}") for name in sorted(unknown)])
    if not base.sends and (missing := {*_NEEDED, "senders"} - values.keys()):
        raise InvalidInput(
            [FieldError(name, "required", "a country needs it to be sent to") for name in sorted(missing)]
        )
    hours = dict(base.hours) | {name: class_hours(name, values[name]) for name in CLASSES if name in values}
    profile = replace(
        base,
        code=country,
        sends=True,
        hours=hours,
        holidays=_with_holidays(base, values.get("holidays", {})),
        senders=tuple(sender_rule(rule) for rule in values.get("senders", ())) or base.senders,
    )
    if base.sends and (looser := _looser(base, profile, values)):
        raise InvalidInput(looser)
    return profile


def _with_holidays(base: CountryProfile, values: Mapping[str, Any]) -> dict[str, tuple[HolidayRule, ...]]:
    if values and (values.keys() != {"days", "source"} or not isinstance(values["days"], list)):
        raise InvalidInput([FieldError("holidays", "days", "holidays have a list of days, and a source")])
    try:
        added = tuple(holiday_rule(str(text)) for text in values.get("days", ()))
    except ValueError as error:
        raise InvalidInput([FieldError("holidays.days", "holiday", str(error))]) from None
    return dict(base.holidays) | {EVERYWHERE: (*base.holidays.get(EVERYWHERE, ()), *added)}


def _looser(base: CountryProfile, profile: CountryProfile, values: Mapping[str, Any]) -> list[FieldError]:
    errors = [
        FieldError(name, "stricter", message)
        for name, hours in profile.hours.items()
        for message, holds in _STRICTER.items()
        if not holds(base.hours[name], hours)
    ]
    if "senders" in values:
        errors.append(FieldError("senders", "stricter", "the senders of this country are as shipped"))
    return errors


_STRICTER: dict[str, Callable[[ClassHours, ClassHours], bool]] = {
    "it opens no earlier than shipped": lambda old, new: new.limit.open >= old.limit.open,
    "it closes no later than shipped": lambda old, new: new.limit.close <= old.limit.close,
    "it stays closed on the days that it is shipped with": lambda old, new: (
        new.closed_days >= old.closed_days and new.closed_on_holidays >= old.closed_on_holidays
    ),
}
