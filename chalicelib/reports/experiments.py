"""What came of a journey's variants and of its holdout: figures with how sure they are, and a sentence (ADR 0025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from chalicelib.journeys.definition import HOLDOUT, Journey
from chalicelib.journeys.experiments import arms
from chalicelib.reports.conversions import totals
from chalicelib.reports.experiment_shapes import (
    Answered,
    ArmsCompared,
    ArmTold,
    Comparison,
    JourneyResults,
    Likely,
    Verdict,
)
from chalicelib.reports.intervals import Amounts, Interval, bounds, replicates, share, shares_apart
from chalicelib.reports.sentences import Found, said
from chalicelib.storage.counters import Counters
from chalicelib.storage.journeys import StoredJourney
from chalicelib.storage.participants import scope_of, spent

TOGETHER = "written_to"
"""Everybody but those who are held out."""
_BOTH_SIDES = 0.05
_FEWEST_PEOPLE, _FEWEST_BUYERS = 100, 10


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


def results_of(journey: StoredJourney, advertiser: str, counters: Counters) -> JourneyResults:
    """What came of one version of a journey: its arms are read from its document."""
    scope = scope_of(advertiser, journey.id, journey.version)
    names = arms(Journey.model_validate_json(journey.document))
    found = results(counters.read_in_all(scope), names, scope)
    return {"journey": journey.id, "version": journey.version, "state": journey.state, **found}


def results(counts: Mapping[str, int], names: Sequence[str], seed: str) -> ArmsCompared:
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


def _told(arm: Arm, money: Mapping[str, _Money]) -> ArmTold:
    people = arm.number("people")
    return {
        "arm": arm.name,
        "people": people,
        "sms": {"made": arm.number("made"), "sent": arm.number("sent")},
        "clicked": _answered(arm, "clicked"),
        "replied": _answered(arm, "replied"),
        "unsubscribed": _answered(arm, "unsubscribed"),
        "buyers": _answered(arm, "buyers"),
        "purchases": totals(arm.counts),
        "revenue_per_person_micro": {
            currency: _interval(bounds(each.amounts.mean, each.might_be)) for currency, each in money.items()
        },
    }


def _answered(arm: Arm, name: str) -> Answered:
    return {"people": arm.number(name), **_interval(share(arm.number(name), arm.number("people")))}


def _compared(
    one: Arm, other: Arm, money: Mapping[tuple[str, str], _Money], currencies: Sequence[str], error: float
) -> Comparison:
    shares = [(arm.number("buyers"), arm.number("people")) for arm in (one, other)]
    bought = shares_apart(shares[0], shares[1], NormalDist().inv_cdf(1 - error))
    revenue = {
        currency: _apart(money[one.name, currency], money[other.name, currency], error) for currency in currencies
    }
    verdict = _verdict(shares, bought)
    in_all = {currency: apart.times(one.number("people")) for currency, apart in revenue.items()}
    found = Found(one.name, other.name, other.name == HOLDOUT, shares[0], shares[1], bought, in_all)
    early = verdict == "too_early"
    return {
        "arm": one.name,
        "against": other.name,
        "verdict": verdict,
        "buyers": _interval(bought),
        "revenue_per_person_micro": {currency: _interval(apart) for currency, apart in revenue.items()},
        "incremental_revenue_micro": {currency: _interval(apart) for currency, apart in in_all.items()},
        "sentence": {"fr": said(found, "fr", too_early=early), "en": said(found, "en", too_early=early)},
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


def _interval(found: Interval | None) -> Likely:
    if found is None:
        return {"value": None, "low": None, "high": None}
    return {"value": round(found.value, 6), "low": round(found.low, 6), "high": round(found.high, 6)}


def _under(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
