"""What the marketer is told: sums, campaigns, reasons, and how many leave."""

from __future__ import annotations

from typing import get_args

from chalicelib.links.attribution import Reason
from chalicelib.reports.conversions import REASONS, not_attributed, totals, traffic
from chalicelib.reports.unsubscribes import unsubscribes

COUNTS = {
    "conversion.confirmed": 2,
    "revenue.confirmed.EUR": 90_000_000,
    "revenue.confirmed.CHF": 10_000_000,
    "revenue.unconfirmed.EUR": 0,
    "conversion.not_attributed.window_over": 3,
    "click.person": 4,
    "click.unique_link": 2,
}


def test_money_is_told_by_currency_and_what_comes_to_nothing_is_not_told() -> None:
    told = totals(COUNTS)
    assert told["confirmed"] == {"purchases": 2, "revenue_micro": {"EUR": 90_000_000, "CHF": 10_000_000}}
    assert told["unconfirmed"] == {"purchases": 0, "revenue_micro": {}}
    assert not_attributed(COUNTS) == {"window_over": 3}


def test_the_busiest_campaign_comes_first() -> None:
    rows = traffic({("a", "sms", "x"): {"click.person": 1}, ("b", "sms", "y"): COUNTS})
    assert [(row["source"], row["campaign"], row["clicks"]) for row in rows] == [
        ("b", "y", {"person": 4}),
        ("a", "x", {"person": 1}),
    ]
    assert rows[0]["unique_links"] == 2


def test_every_reason_has_its_sentence() -> None:
    assert {*get_args(Reason), "no_consent", "erased"} <= REASONS.keys()


def test_who_leaves_is_counted_by_both_measures() -> None:
    counts = {"opposed.unsubscribe": 2, "opposed.unsubscribe_all": 1, "opposed.stop": 9, "message.delivered": 150}
    told = unsubscribes(counts, contacts=1_000)
    assert (told["unsubscribed"], told["of_contacts"], told["of_delivered"]) == (3, 0.003, 0.02)


def test_nothing_is_no_rate() -> None:
    told = unsubscribes({}, contacts=0)
    assert (told["of_contacts"], told["of_delivered"]) == (None, None)
