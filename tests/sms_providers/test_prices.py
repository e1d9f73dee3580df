"""What an SMS costs."""

from __future__ import annotations

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.sms_providers.prices import Money, own_prices, price


def test_parts_are_paid_each() -> None:
    assert price("twilio", "US", 1) == Money(8_300, "USD")
    assert price("twilio", "US", 3) == Money(24_900, "USD")


def test_what_nobody_has_said_is_not_guessed() -> None:
    assert price("twilio", "XX", 1) is None and price("nobody", "FR", 1) is None


def test_the_operators_contract_comes_before_the_list() -> None:
    own = own_prices('{"twilio": {"FR": "0.0611 EUR"}, "smsapi": {"FR": "0.045 EUR"}}')
    assert price("twilio", "FR", 2, own) == Money(122_200, "EUR")
    assert price("smsapi", "FR", 1, own) == Money(45_000, "EUR")
    assert price("twilio", "US", 1, own) == Money(8_300, "USD")
    assert own_prices("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "[]",
        '{"smsapi": 1}',
        '{"smsapi": {"FR": 0.04}}',
        '{"smsapi": {"France": "0.04 EUR"}}',
        '{"smsapi": {"FR": "-1 EUR"}}',
    ],
)
def test_prices_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="SMS_PRICES"):
        own_prices(text)
