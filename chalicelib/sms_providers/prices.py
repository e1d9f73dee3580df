"""What an SMS costs, by provider and country: public lists (`prices.toml`), and before them the operator's own."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from chalicelib.errors import ConfigurationError

_MICRO = 1_000_000
_PRICE = re.compile(r"(\d{1,4}(?:\.\d{1,6})?) ([A-Z]{3})")

OwnPrices = Mapping[str, Mapping[str, str]]
"""Provider, then country, to what a part costs, such as `{"smsapi": {"FR": "0.045 EUR"}}`."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of a currency (ISO 4217)."""

    micro: int
    currency: str

    def times(self, number: int) -> Money:
        """So many of it."""
        return Money(self.micro * number, self.currency)


def price(provider: str, country: str, parts: int, own: OwnPrices | None = None) -> Money | None:
    """What `parts` SMS to a country cost at a provider, or None where nobody has said."""
    told = (own or {}).get(provider, {}).get(country) or _listed().get(provider, {}).get(country)
    return _money(told).times(parts) if told else None


def own_prices(text: str) -> OwnPrices:
    """The operator's prices from the setting SMS_PRICES, in JSON. Raises ConfigurationError."""
    try:
        told = json.loads(text or "{}")
        for prices in told.values():
            for country, written in prices.items():
                if not re.fullmatch("[A-Z]{2}", country) or not _PRICE.fullmatch(written):
                    raise ValueError(country)
    except (AttributeError, TypeError, ValueError):
        raise ConfigurationError("SMS_PRICES", 'is JSON such as {"smsapi": {"FR": "0.045 EUR"}}') from None
    return {str(provider): dict(prices) for provider, prices in told.items()}


def _money(written: str) -> Money:
    amount, currency = written.split()
    return Money(int(Decimal(amount) * _MICRO), currency)


@cache
def _listed() -> OwnPrices:
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        provider: {country: f"{amount} {told['currency']}" for country, amount in told["parts"].items()}
        for provider, told in lists.items()
    }
