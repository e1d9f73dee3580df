"""Results of simulated histories: with a true effect, with none, and with too little of anything to say."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from chalicelib.reports.experiment_shapes import ArmsCompared
from chalicelib.reports.experiments import results
from chalicelib.storage.participants import Participant, figures

EURO = 1_000_000
ARMS = ("everyone", "holdout")


def history(
    chances: dict[str, float], people: int, *, basket: tuple[int, int] = (50, 200), seed: int = 1
) -> Counter[str]:
    """The counts of so many people in each arm who buy with such a chance, for an amount between two."""
    chance, counts = Random(seed), Counter[str]()
    for arm, odds in chances.items():
        for number in range(people):
            amount = chance.randint(*basket) * EURO
            bought = {"conversion.confirmed": 1, "revenue.confirmed.EUR": amount}
            purchases = {"site#1": bought} if chance.random() < odds else {}
            counts.update(figures(Participant("b", str(number), "adv", "j", 1, arm, 1, 2, purchases=purchases)))
    return counts


def compared(found: ArmsCompared) -> Any:
    (one,) = found["comparisons"]
    return one


def test_a_true_effect_is_found_and_its_worth_lies_in_the_interval() -> None:
    """Five points more of 4,000 people at 125 euros on average: 25,000 euros."""
    one = compared(results(history({"everyone": 0.15, "holdout": 0.10}, 4_000), ARMS, "seed"))
    assert (one["arm"], one["against"], one["verdict"]) == ("written_to", "holdout", "more")
    assert one["buyers"]["low"] < 0.05 < one["buyers"]["high"]
    worth = one["incremental_revenue_micro"]["EUR"]
    assert 0 < worth["low"] < 25_000 * EURO < worth["high"]
    assert "more than chance" in one["sentence"]["en"]
    assert "dépasse le hasard" in one["sentence"]["fr"]


def test_no_effect_is_said_to_be_chance() -> None:
    one = compared(results(history({"everyone": 0.10, "holdout": 0.10}, 4_000), ARMS, "seed"))
    assert one["verdict"] == "may_be_chance"
    assert "The difference may be chance: between" in one["sentence"]["en"]
    assert "peut être dû au hasard : entre" in one["sentence"]["fr"]
    revenue = one["revenue_per_person_micro"]["EUR"]
    assert revenue["low"] < 0 < revenue["high"]


def test_of_a_hundred_histories_without_effect_about_five_are_said_to_have_one() -> None:
    chance, wrong, wrong_revenue = Random(7), 0, 0
    for number in range(100):
        counts = history({"everyone": 0.10, "holdout": 0.10}, 400, basket=(99, 101), seed=chance.randint(0, 10**9))
        one = compared(results(counts, ARMS, str(number)))
        wrong += one["verdict"] in ("more", "less")
        revenue = one["revenue_per_person_micro"]["EUR"]
        wrong_revenue += not revenue["low"] <= 0 <= revenue["high"]
    assert wrong <= 11
    assert wrong_revenue <= 11


def test_what_hurts_is_said_as_well() -> None:
    one = compared(results(history({"everyone": 0.05, "holdout": 0.10}, 4_000), ARMS, "seed"))
    assert one["verdict"] == "less"
    assert "−" in one["sentence"]["en"]


@pytest.mark.parametrize(("people", "odds"), [(99, 0.5), (2_000, 0.001)])
def test_of_few_people_or_purchases_nothing_is_concluded(people: int, odds: float) -> None:
    one = compared(results(history({"everyone": odds, "holdout": 0.0}, people), ARMS, "seed"))
    assert one["verdict"] == "too_early"
    assert "too early" in one["sentence"]["en"]


def test_known_counts_have_known_intervals() -> None:
    """Wilson of 81 in 263 (Newcombe 1998, example 1): 0.2553 to 0.3662."""
    found = results({"everyone.people": 263, "everyone.clicked": 81, "everyone.sent": 263}, ("everyone",), "seed")
    (arm,) = found["arms"]
    assert (arm["people"], arm["sms"]["sent"], arm["clicked"]["people"]) == (263, 263, 81)
    assert (arm["clicked"]["low"], arm["clicked"]["high"]) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert found["comparisons"] == []


def test_several_comparisons_share_the_error() -> None:
    counts = history({"a": 0.10, "b": 0.12, "c": 0.12, "holdout": 0.10}, 2_000)
    alone: Any = results(counts, ("a", "b"), "seed")["comparisons"][0]["buyers"]
    among: Any = results(counts, ("a", "b", "c", "holdout"), "seed")["comparisons"]
    assert [(one["arm"], one["against"]) for one in among] == [("b", "a"), ("c", "a"), ("written_to", "holdout")]
    assert among[0]["buyers"]["low"] < alone["low"] < alone["high"] < among[0]["buyers"]["high"]


def test_a_sum_of_each_money_is_its_own_and_unconfirmed_money_is_none() -> None:
    counts = history({"everyone": 0.2, "holdout": 0.1}, 500)
    counts.update({"everyone.revenue.confirmed.CHF": 80 * EURO, "everyone.spent.CHF.373": 1})
    counts.update({"holdout.revenue.unconfirmed.USD": 80 * EURO})
    one = compared(results(counts, ARMS, "seed"))
    assert sorted(one["incremental_revenue_micro"]) == ["CHF", "EUR"]


def test_a_large_base_is_told_at_once() -> None:
    """Thirteen million people cost no more draws than a thousand: one a class."""
    counts = {"everyone.people": 12_000_000, "everyone.buyers": 900_000, "holdout.people": 1_000_000}
    counts |= {"holdout.buyers": 60_000, "everyone.revenue.confirmed.EUR": 900_000 * 80 * EURO}
    counts |= {"holdout.revenue.confirmed.EUR": 60_000 * 80 * EURO}
    counts |= {f"everyone.spent.EUR.{place}": 9_000 for place in range(330, 430)}
    counts |= {f"holdout.spent.EUR.{place}": 600 for place in range(330, 430)}
    one = compared(results(counts, ARMS, "seed"))
    assert one["verdict"] == "more"
