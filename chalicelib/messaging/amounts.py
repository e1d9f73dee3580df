"""Sums of money as a text writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from chalicelib.storage.templates import Language

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
"""Those that GSM-7 has, and that leave no doubt."""


def written(micro: int, currency: str, language: Language) -> str:
    """`49,90 €` in French, `€49.90` in English; a whole sum without decimals; the code where there is no sign."""
    cents = (Decimal(micro) / 1_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    amount = f"{cents:f}".removesuffix(".00")
    sign = _SIGNS.get(currency)
    if language == "fr":
        return f"{amount.replace('.', ',')} {sign or currency}"
    return f"{sign}{amount}" if sign else f"{currency} {amount}"
