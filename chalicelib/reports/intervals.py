"""How sure a figure is: intervals of shares, of amounts, and of the difference between two. Pure, no library.

- a share: Wilson's score interval (messaging/shares.py);
- the difference of two shares: R. G. Newcombe's hybrid of two of those (Statistics in Medicine 17, 1998, method 10);
- amounts per person: a Poisson bootstrap (N. Chamandy and others, Estimating Uncertainty for Massive Data Streams,
  2012). Each person stands in a replicate as often as a Poisson variable of mean 1 says, so that all who spent the
  same are drawn at once, and a million who spent nothing cost one draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, floor, sqrt
from random import Random

from chalicelib.messaging.shares import Z_95, wilson

REPLICATES = 1_000
_MANY = 50
"""From so many on, a Poisson variable is as good as normal."""
_MOST_FEW = 120


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the bounds that it lies in 95 times of a hundred."""

    value: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        """Whether a difference of nothing lies in it."""
        return self.low <= 0 <= self.high

    def times(self, factor: float) -> Interval:
        """The same in another unit."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


def share(number: int, of: int, z: float = Z_95) -> Interval | None:
    """A share that was seen `number` times of `of`; None of nobody."""
    return Interval(number / of, *wilson(number, of, z)) if of else None


def shares_apart(one: tuple[int, int], other: tuple[int, int], z: float = Z_95) -> Interval | None:
    """How much larger one share is than another, each as (number, of)."""
    first, second = share(*one, z), share(*other, z)
    if first is None or second is None:
        return None
    apart = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Interval(apart, apart - below, apart + above)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the people of an arm spent: in sum, and in classes with how many are in each (micro-units)."""

    people: int
    total: int
    classes: Mapping[float, int]

    @property
    def mean(self) -> float:
        """Per person, who spent nothing included."""
        return self.total / self.people if self.people else 0.0


def replicates(amounts: Amounts, seed: str) -> list[float]:
    """What the mean might as well have been, a thousand times; the same for the same seed."""
    chance = Random(seed)  # noqa: S311 - statistics, not secrets
    draw = _Poisson(chance)
    spenders = sorted(amounts.classes.items())
    others = max(0, amounts.people - sum(number for _, number in spenders))
    middle = sum(amount * number for amount, number in spenders)
    # The classes say how it scatters, the exact sum where it lies.
    exact = amounts.total / middle if middle else 1.0
    means = []
    for _ in range(REPLICATES):
        drawn = [(amount, draw(number)) for amount, number in spenders]
        people = draw(others) + sum(number for _, number in drawn)
        means.append(exact * sum(amount * number for amount, number in drawn) / people if people else 0.0)
    return means


def bounds(value: float, might_be: Sequence[float], beyond: float = 0.025) -> Interval:
    """A figure with the bounds that leave `beyond` of its replicates out on each side."""
    ordered = sorted(might_be)
    last = len(ordered) - 1
    return Interval(value, ordered[floor(last * beyond)], ordered[last - floor(last * beyond)])


class _Poisson:
    """Draws Poisson variables: by inversion where the mean is small, else by the normal that it comes close to."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._tables: dict[int, list[float]] = {}

    def __call__(self, mean: int) -> int:
        if mean == 0:
            return 0
        if mean >= _MANY:
            return max(0, round(self._chance.gauss(mean, sqrt(mean))))
        table = self._tables.setdefault(mean, []) or self._fill(mean)
        place = self._chance.random()
        return next((number for number, reached in enumerate(table) if place < reached), len(table))

    def _fill(self, mean: int) -> list[float]:
        odds = [exp(-mean)]
        for number in range(1, _MOST_FEW):
            odds.append(odds[-1] * mean / number)
        self._tables[mean] = list(accumulate(odds))
        return self._tables[mean]
