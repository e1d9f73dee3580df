"""Phone numbers: mobiles only, in E.164, however they are written."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.phones import parse_mobile, parse_phone
from chalicelib.errors import FieldError
from chalicelib.sms_providers.fiction import is_fictional


@pytest.mark.parametrize(
    "text",
    ["06 39 98 00 01", "+33639980001", "0033 6 39 98 00 01", "06.39.98.00.01", "+33 (0)6 39 98 00 01", "0639980001"],
)
def test_a_number_is_one_number_however_it_is_written(text: str) -> None:
    assert parse_mobile(text, "FR") == "+33639980001"


@pytest.mark.parametrize("e164", ["+33639980000", "+33639980100", "+33639989999"])
def test_the_fictional_numbers_count_as_mobiles(e164: str) -> None:
    assert is_fictional(e164)
    assert parse_mobile(e164, "FR") == e164


@pytest.mark.parametrize("e164", ["+33639979999", "+33639990000", "+3363998000", "+336399800000"])
def test_the_exception_is_for_the_fictional_numbers_alone(e164: str) -> None:
    assert not is_fictional(e164)


@pytest.mark.parametrize("text", ["+33639979999", "+33639990000"])
def test_their_neighbours_meet_the_real_checks(text: str) -> None:
    parsed = parse_mobile(text, "FR")
    assert parsed == text or isinstance(parsed, FieldError)
    assert not is_fictional(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("01 99 00 00 12", "mobile"),
        ("+33 1 99 00 00 12", "mobile"),
        ("08 00 00 00 00", "mobile"),
        ("06 12", "valid_number"),
        ("3615", "valid_number"),
        ("", "phone_number"),
        ("Camille", "phone_number"),
        ("+", "phone_number"),
    ],
)
def test_what_is_no_mobile_is_refused_with_the_rule(text: str, rule: str) -> None:
    refused = parse_mobile(text, "FR")
    assert isinstance(refused, FieldError)
    assert (refused.field, refused.rule) == ("phone", rule)
    assert not text or text not in refused.message


def test_a_number_of_elsewhere_is_read_by_its_own_country() -> None:
    assert parse_mobile("0171 3920012", "DE") == "+491713920012"
    assert isinstance(parse_mobile("0171 3920012", "FR"), FieldError)


@pytest.mark.parametrize(
    "text",
    [
        "639980001",
        "33639980001",
        "639980001.0",
        "33639980001,0",
        "3.3639980001E+10",
        "3,3639980001E+10",
        "6.39980001e8",
        "'0639980001",
        '="0639980001"',
        "06\u202f39\u202f98\u202f00\u202f01",
        "\u202a+33 6 39 98 00 01\u202c",
    ],
)
def test_what_a_spreadsheet_spoiled_is_repaired(text: str) -> None:
    assert parse_mobile(text, "FR") == "+33639980001"


@pytest.mark.parametrize("text", ["3.36E+10", "6.4E+8", "3.36399800E+10"])
def test_a_number_that_was_rounded_is_not_guessed(text: str) -> None:
    refused = parse_mobile(text, "FR")
    assert isinstance(refused, FieldError)
    assert refused.rule in ("spreadsheet_number", "valid_number")


def test_landlines_are_taken_where_that_is_said() -> None:
    for text, e164 in (("01 99 00 00 12", "+33199000012"), ("06 39 98 00 01", "+33639980001")):
        assert parse_phone(text, "FR", landlines=True) == e164


def by_the_library(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    mobile = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in kinds
    return e164 if mobile or is_fictional(e164) else None


COUNTRIES = ("FR", "GB", "DE", "BE", "CH", "ES", "IT", "US", "RE", "JE", "MA", "XX")
SEPARATORS = st.sampled_from(["", " ", ".", "-", "\u00a0", " ."])


@given(
    st.sampled_from(COUNTRIES),
    st.sampled_from(["0", "00", "+", "0033", "+33", "33", "+44", "0044", "+49", "+1", "", "+33 0", "(0)"]),
    SEPARATORS,
    st.one_of(st.from_regex(r"[1-9][0-9]{6,11}", fullmatch=True), st.from_regex(r"[67][0-9]{8}", fullmatch=True)),
)
def test_the_fast_way_agrees_with_the_library(country: str, prefix: str, separator: str, digits: str) -> None:
    text = prefix + separator + separator.join(digits[at : at + 2] for at in range(0, len(digits), 2))
    parsed = parse_mobile(text, country)
    assert (parsed if isinstance(parsed, str) else None) == by_the_library(text, country)


@pytest.mark.parametrize(("country", "first", "last"), [("FR", 6000, 7999), ("GB", 7000, 7999), ("DE", 1500, 1799)])
def test_the_fast_way_agrees_on_every_block_of_mobiles(country: str, first: int, last: int) -> None:
    for block in range(first, last + 1):
        for rest in ("00000", "800010", "9999999"):
            text = f"0{block}{rest}"
            parsed = parse_mobile(text, country)
            assert (parsed if isinstance(parsed, str) else None) == by_the_library(text, country)
