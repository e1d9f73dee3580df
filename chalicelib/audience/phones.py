"""Phone numbers: parsed by Google's rules, mobiles only, E.164."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from chalicelib.errors import FieldError

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_FICTIONAL = re.compile(r"\+336399800\d\d")


def is_fictional(e164: str) -> bool:
    """Whether a number is one of those that France reserves for fiction: +33 6 39 98 00 00 to 99.

    phonenumbers calls them invalid. Relance treats them as French mobiles, so that examples and tests never name
    a number that rings; every real provider refuses them. Source: ARCEP's numbering plan, decision 2018-0881.
    """
    return _FICTIONAL.fullmatch(e164) is not None


def parse_mobile(text: str, country: str) -> str | FieldError:
    """A mobile number in E.164, from national or international writing; `country` is that of national numbers."""
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return FieldError("phone", "phone_number", "this is not a phone number")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if is_fictional(e164):
        return e164
    if not phonenumbers.is_valid_number(number):
        return FieldError("phone", "valid_number", "this number cannot exist in its country")
    if phonenumbers.number_type(number) not in _MOBILE:
        return FieldError("phone", "mobile", "this number is not a mobile's")
    return e164
