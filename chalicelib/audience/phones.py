"""Phone numbers: parsed by Google's rules, mobiles only unless told, E.164."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType

from chalicelib.errors import FieldError
from chalicelib.sms_providers.fiction import is_fictional

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LANDLINE = (*_MOBILE, PhoneNumberType.FIXED_LINE)
_LONGEST = 60

# What spreadsheets do to numbers that they take for quantities or formulas.
_WRAPPED = re.compile(r"=?\"?'?([^\"']*)\"?")
_FLOAT = re.compile(r"([0-9]{8,15})[.,]0")
_SCIENTIFIC = re.compile(r"([0-9])[.,]?([0-9]*)[eE]\+?([0-9]{1,2})")
_SPACES = {"\u202f": " ", "\u2009": " ", "\u00a0": " ", "\t": " "}
_SPREADSHEET = str.maketrans(
    _SPACES | dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff", "")
)
_SEPARATORS = str.maketrans("", "", " .-\u00a0")


def parse_mobile(text: str, country: str) -> str | FieldError:
    """A mobile number in E.164, from national or international writing; `country` is that of national numbers."""
    return parse_phone(text, country)


def parse_phone(text: str, country: str, *, landlines: bool = False) -> str | FieldError:
    """A number in E.164, a mobile's unless landlines will do.

    What a spreadsheet spoiled is repaired where that is certain: a lost zero, a formula's quotes, an exponent that kept
    every digit.
    """
    if len(text) > _LONGEST:
        return FieldError("phone", "max_length", f"a phone number has at most {_LONGEST} characters")
    return _fast(text, country) or _slow(text, country, _LANDLINE if landlines else _MOBILE)


def _fast(text: str, country: str) -> str | None:
    """The number where it is plainly a mobile of the country, by phonenumbers' own pattern; None to ask the library.

    It takes a tenth of the library's time, and agrees with it (tests/audience/test_phones.py).
    """
    plain = _plain(country)
    if plain is None:
        return None
    prefix, pattern = plain
    found = pattern.fullmatch(text.translate(_SEPARATORS))
    return prefix + found[1] if found else None


@cache
def _plain(country: str) -> tuple[str, re.Pattern[str]] | None:
    """Calling code and pattern of a country's mobiles; None where writing them follows other rules than 0, 00 and +."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or metadata.country_code is None or metadata.mobile is None or metadata.leading_digits:
        return None
    if phonenumbers.region_code_for_country_code(metadata.country_code) != country:
        return None
    zero = (metadata.national_prefix, metadata.national_prefix_for_parsing, metadata.international_prefix)
    if zero != ("0", "0", "00") or not (national := metadata.mobile.national_number_pattern):
        return None
    if country == "FR":
        national = f"{national}|63998[0-9]{{4}}"
    code = metadata.country_code
    return f"+{code}", re.compile(rf"(?:(?:\+|00){code}|0)({national})", re.ASCII)


def _slow(text: str, country: str, kinds: tuple[int, ...]) -> str | FieldError:
    repaired = _repaired(text)
    if isinstance(repaired, FieldError):
        return repaired
    try:
        number = phonenumbers.parse(repaired, country)
    except NumberParseException:
        return FieldError("phone", "phone_number", "this is not a phone number")
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if is_fictional(e164):
        return e164
    if not phonenumbers.is_valid_number(number):
        return FieldError("phone", "valid_number", "this number cannot exist in its country")
    if phonenumbers.number_type(number) not in kinds:
        return FieldError("phone", "mobile", "this number is not a mobile's")
    return e164


def _repaired(text: str) -> str | FieldError:
    text = text.translate(_SPREADSHEET).strip()
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1]
    if whole := _FLOAT.fullmatch(text):
        return whole[1]
    if scientific := _SCIENTIFIC.fullmatch(text):
        first, digits, exponent = scientific.groups()
        if int(exponent) > len(digits):
            return FieldError("phone", "spreadsheet_number", "a spreadsheet has rounded this number: export it as text")
        return str(int(Decimal(f"{first}.{digits or 0}e{exponent}")))
    return text
