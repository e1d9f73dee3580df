"""Whether two ids are of one product."""

from __future__ import annotations

import pytest

from chalicelib.journeys.products import same_name, same_product


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("bike", "bike", True),
        ("bike", "BIKE-red", True),
        ("bike-1", "bike-1-red", True),
        ("bike-1/xl", "bike-1/xs/red", False),
        ("bike-city-red", "bike-city-blue", True),
        ("sku-17", "sku-18", False),
        ("sku-1", "sku-17", False),
        ("bike-1", "helmet-1", False),
        ("10", "1042", False),
    ],
)
def test_ids_tell_their_product(one: str, other: str, same: bool) -> None:
    assert same_product([one], ["else", other]) is same
    assert same_product([other, "else-2"], [one]) is same
    assert same_product([one], []) is False


@pytest.mark.parametrize(
    ("name", "same"),
    [("Vélo Ville - bleu", True), ("vélo  ville (XL)", True), ("Vélo Ville", True), ("Vélo Villeneuve", False)],
)
def test_names_tell_it_too(name: str, same: bool) -> None:
    assert same_name(name, ["Casque", "Vélo Ville - rouge"]) is same
