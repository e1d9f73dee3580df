"""Phone numbers: mobiles only, in E.164, however they are written."""

from __future__ import annotations

import pytest

from chalicelib.audience.phones import is_fictional, parse_mobile
from chalicelib.errors import FieldError


@pytest.mark.parametrize(
    "text",
    ["06 39 98 00 01", "+33639980001", "0033 6 39 98 00 01", "06.39.98.00.01", "+33 (0)6 39 98 00 01", "0639980001"],
)
def test_a_number_is_one_number_however_it_is_written(text: str) -> None:
    assert parse_mobile(text, "FR") == "+33639980001"


@pytest.mark.parametrize("e164", ["+33639980000", "+33639980099"])
def test_the_fictional_numbers_count_as_mobiles(e164: str) -> None:
    assert is_fictional(e164)
    assert parse_mobile(e164, "FR") == e164


@pytest.mark.parametrize("e164", ["+33639979999", "+33639980100", "+33639990000", "+3363998000", "+336399800000"])
def test_the_exception_is_for_the_fictional_numbers_alone(e164: str) -> None:
    assert not is_fictional(e164)


@pytest.mark.parametrize("text", ["+33639979999", "+33639980100"])
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
