"""Sums of money in a text."""

import pytest

from chalicelib.messaging.amounts import written
from chalicelib.storage.templates import Language


@pytest.mark.parametrize(
    ("micro", "currency", "language", "text"),
    [
        (49_900_000, "EUR", "fr", "49,90 €"),
        (49_900_000, "EUR", "en", "€49.90"),
        (50_000_000, "EUR", "fr", "50 €"),
        (50_000_000, "EUR", "en", "€50"),
        (1_299_000_000, "EUR", "fr", "1299 €"),
        (9_990_000, "GBP", "en", "£9.99"),
        (9_995_000, "USD", "en", "$10"),
        (4_500_000, "CHF", "fr", "4,50 CHF"),
        (4_500_000, "CHF", "en", "CHF 4.50"),
        (5_000, "EUR", "fr", "0,01 €"),
    ],
)
def test_a_sum_is_written_as_in_the_language(micro: int, currency: str, language: Language, text: str) -> None:
    assert written(micro, currency, language) == text
