"""What came of a journey's variants and of its holdout: figures with how sure they are, and a sentence (ADR 0025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

from chalicelib.journeys.definition import HOLDOUT, Journey
from chalicelib.journeys.experiments import arms
from chalicelib.reports.conversions import totals
from chalicelib.reports.intervals import Amounts, Interval, bounds, replicates, share, shares_apart
from chalicelib.reports.sentences import Found, Language, said
from chalicelib.storage.counters import Counters
from chalicelib.storage.journeys import StoredJourney
from chalicelib.storage.participants import scope_of, spent

TOGETHER = "written_to"
"""Everybody but those who are held out."""
_BOTH_SIDES = 0.05
_FEWEST_PEOPLE, _FEWEST_BUYERS = 100, 10
_ANSWERS = ("clicked", "replied", "unsubscribed", "buyers")

Verdict = Literal["too_early", "may_be_chance", "more", "less"]


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm with its counts (storage/participants.py, `figures`)."""

    name: str
    counts: Mapping[str, int]

    def number(self, name: str) -> int:
        """A count, 0 where there is none."""
        return self.counts.get(name, 0)

    @property
    def currencies(self) -> set[str]:
        """In which money something was bought that a back end confirms."""
        return {name.rpartition(".")[2] for name in self.counts if name.startswith("revenue.confirmed.")}

    def amounts(self, currency: str) -> Amounts:
        """What its people spent: confirmed, and without what was given back."""
        prefix = f"spent.{currency}."
        classes = {spent(int(n.removeprefix(prefix))): c for n, c in self.counts.items() if n.startswith(prefix) and c}
        return Amounts(self.number("people"), self.number(f"revenue.confirmed.{currency}"), classes)


@dataclass(frozen=True, slots=True)
class _Money:
    """An arm's amounts in one money, and what their mean might as well have been."""

    amounts: Amounts
    might_be: Sequence[float]


def results_of(journey: StoredJourney, advertiser: str, counters: Counters) -> dict[str, Any]:
    """What came of one version of a journey: its arms are read from its document."""
    scope = scope_of(advertiser, journey.id, journey.version)
    names = arms(Journey.model_validate_json(journey.document))
    head = {"journey": journey.id, "version": journey.version, "state": journey.state}
    return head | results(counters.read_in_all(scope), names, scope)


def results(counts: Mapping[str, int], names: Sequence[str], seed: str) -> dict[str, Any]:
    """The arms of one version of a journey, and the comparisons between them. Money in micro-units.

    `counts` are those of the version's scope, `names` the arms that its document has. Several comparisons at once
    share the 5 % of error among them (Bonferroni).
    """
    found = {name: Arm(name, _under(counts, f"{name}.")) for name in names}
    variants = [arm for arm in found.values() if arm.name != HOLDOUT]
    pairs = [(arm, variants[0]) for arm in variants[1:]]
    if HOLDOUT in found and variants:
        pairs.append((_together(variants), found[HOLDOUT]))
    currencies = sorted(set().union(*(arm.currencies for arm in found.values())))
    of_pairs = {arm.name: arm for pair in pairs for arm in pair}
    money = {
        (arm.name, currency): _Money(amounts := arm.amounts(currency), replicates(amounts, f"{seed}|{arm.name}"))
        for arm in (found | of_pairs).values()
        for currency in currencies
    }
    error = _BOTH_SIDES / 2 / max(1, len(pairs))
    return {
        "arms": [_told(arm, {c: money[arm.name, c] for c in currencies}) for arm in found.values()],
        "comparisons": [_compared(one, other, money, currencies, error) for one, other in pairs],
    }


def _told(arm: Arm, money: Mapping[str, _Money]) -> dict[str, Any]:
    people = arm.number("people")
    return {
        "arm": arm.name,
        "people": people,
        "sms": {"made": arm.number("made"), "sent": arm.number("sent")},
        **{name: {"people": arm.number(name)} | _interval(share(arm.number(name), people)) for name in _ANSWERS},
        "purchases": totals(arm.counts),
        "revenue_per_person_micro": {
            currency: _interval(bounds(each.amounts.mean, each.might_be)) for currency, each in money.items()
        },
    }


def _compared(
    one: Arm, other: Arm, money: Mapping[tuple[str, str], _Money], currencies: Sequence[str], error: float
) -> dict[str, Any]:
    shares = [(arm.number("buyers"), arm.number("people")) for arm in (one, other)]
    bought = shares_apart(shares[0], shares[1], NormalDist().inv_cdf(1 - error))
    revenue = {
        currency: _apart(money[one.name, currency], money[other.name, currency], error) for currency in currencies
    }
    verdict = _verdict(shares, bought)
    in_all = {currency: apart.times(one.number("people")) for currency, apart in revenue.items()}
    found = Found(one.name, other.name, other.name == HOLDOUT, shares[0], shares[1], bought, in_all)
    languages: tuple[Language, ...] = ("fr", "en")
    return {
        "arm": one.name,
        "against": other.name,
        "verdict": verdict,
        "buyers": _interval(bought),
        "revenue_per_person_micro": {currency: _interval(apart) for currency, apart in revenue.items()},
        "incremental_revenue_micro": {currency: _interval(apart) for currency, apart in in_all.items()},
        "sentence": {language: said(found, language, too_early=verdict == "too_early") for language in languages},
    }


def _verdict(shares: Sequence[tuple[int, int]], bought: Interval | None) -> Verdict:
    """Of the share of people who bought. With few people or few purchases, intervals promise more than they hold."""
    enough = min(people for _, people in shares) >= _FEWEST_PEOPLE and sum(n for n, _ in shares) >= _FEWEST_BUYERS
    if bought is None or not enough:
        return "too_early"
    if bought.may_be_chance:
        return "may_be_chance"
    return "more" if bought.value > 0 else "less"


def _apart(one: _Money, other: _Money, error: float) -> Interval:
    might_be = [first - second for first, second in zip(one.might_be, other.might_be, strict=True)]
    return bounds(one.amounts.mean - other.amounts.mean, might_be, error)


def _together(variants: Sequence[Arm]) -> Arm:
    summed: dict[str, int] = {}
    for arm in variants:
        for name, number in arm.counts.items():
            summed[name] = summed.get(name, 0) + number
    return Arm(TOGETHER, summed)


def _interval(found: Interval | None) -> dict[str, float | None]:
    if found is None:
        return {"value": None, "low": None, "high": None}
    return {name: round(getattr(found, name), 6) for name in ("value", "low", "high")}


def _under(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
