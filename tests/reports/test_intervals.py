"""Intervals against figures worked out by hand or published."""

from __future__ import annotations

from math import sqrt

import pytest

from chalicelib.reports.intervals import Amounts, Interval, bounds, replicates, share, shares_apart

EURO = 1_000_000


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: Newcombe 1998, table II, method 10: 0.0524 to 0.3339."""
    apart = shares_apart((56, 70), (48, 80))
    assert apart is not None
    assert (apart.value, apart.low, apart.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert not apart.may_be_chance


def test_newcombes_example_with_nobody_on_one_side() -> None:
    """10 of 10 against 0 of 20: 0.6791 to 1.0000."""
    apart = shares_apart((10, 10), (0, 20))
    assert apart is not None
    assert (apart.low, apart.high) == pytest.approx((0.6791, 1.0), abs=5e-5)


def test_of_nobody_there_is_no_share() -> None:
    assert share(0, 0) is None
    assert shares_apart((0, 0), (1, 2)) is None


@pytest.mark.parametrize("people", [400, 400_000])
def test_the_bootstrap_finds_the_textbooks_interval_of_a_mean(people: int) -> None:
    """A tenth spend 40 or 60 euros each: the variance of one person is 0.1 × 2600 − 5² = 235."""
    half = people // 20
    amounts = Amounts(people, people * 5 * EURO, {40.0 * EURO: half, 60.0 * EURO: half})
    found = bounds(amounts.mean, replicates(amounts, "seed"))
    error = 1.96 * sqrt(235 / people) * EURO
    assert found.value == 5 * EURO
    assert (found.value - found.low, found.high - found.value) == pytest.approx((error, error), rel=0.12)


def test_the_same_seed_gives_the_same_bounds() -> None:
    amounts = Amounts(1_000, 900 * EURO, {30.0 * EURO: 30})
    assert replicates(amounts, "one") == replicates(amounts, "one")
    assert replicates(amounts, "one") != replicates(amounts, "two")


def test_the_sum_is_exact_where_the_classes_are_not() -> None:
    amounts = Amounts(100, 1_000 * EURO, {98.0 * EURO: 10})
    means = replicates(amounts, "seed")
    assert sum(means) / len(means) == pytest.approx(10 * EURO, rel=0.03)


def test_who_spent_nothing_may_not_have_spent_anything() -> None:
    assert bounds(0.0, replicates(Amounts(50, 0, {}), "seed")) == Interval(0.0, 0.0, 0.0)
    assert replicates(Amounts(0, 0, {}), "seed")[0] == 0.0


def test_a_wider_level_is_wider() -> None:
    might_be = replicates(Amounts(1_000, 900 * EURO, {30.0 * EURO: 30}), "one")
    narrow, wide = bounds(0.9 * EURO, might_be), bounds(0.9 * EURO, might_be, 0.005)
    assert wide.low < narrow.low < narrow.high < wide.high
