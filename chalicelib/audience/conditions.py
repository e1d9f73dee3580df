"""What has to hold before something is done: one small language for journeys and segments.

A condition compares a fact, named by a dotted word such as `cart.value`, with a value. A fact that is not known makes
every condition false but `missing`: where it matters, not knowing is a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Scalar = bool | int | float | str
Fact = Scalar | tuple[Scalar, ...] | None
"""What is known; a tuple where there may be several, such as the categories of a cart. None: not known."""
Facts = Mapping[str, Fact]
Op = Literal["is", "is_not", "in", "not_in", "at_least", "at_most", "more_than", "less_than", "contains", "missing"]

_ORDERED: frozenset[Op] = frozenset({"at_least", "at_most", "more_than", "less_than"})
_LISTED: frozenset[Op] = frozenset({"in", "not_in"})
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[A-Za-z0-9_ -]{1,80}){1,2}$", max_length=120)]


class Condition(BaseModel):
    """One comparison. Money is in whole units of its currency, such as 49.9; times are in days or minutes, as named."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    fact: FactName
    op: Op = "is"
    value: Scalar | Annotated[list[Scalar], Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.op == "missing":
            if self.value is not None:
                raise ValueError("'missing' compares with nothing: leave value out")
        elif self.op in _LISTED:
            if not isinstance(self.value, list):
                raise ValueError(f"'{self.op}' needs a list of values")
        elif self.value is None or isinstance(self.value, list):
            raise ValueError(f"'{self.op}' needs one value")
        elif self.op in _ORDERED and (isinstance(self.value, bool) or not isinstance(self.value, int | float)):
            raise ValueError(f"'{self.op}' needs a number")
        return self

    @property
    def group(self) -> str:
        """What the fact is of, such as `cart` or `contact`."""
        return self.fact.partition(".")[0]

    def holds(self, facts: Facts) -> bool:
        """Whether it is true, as far as is known."""
        known = facts.get(self.fact)
        if self.op == "missing":
            return known is None
        if known is None:
            return False
        values = known if isinstance(known, tuple) else (known,)
        if self.op in ("is_not", "not_in"):
            return not any(self._fits_one(value) for value in values)
        return any(self._fits_one(value) for value in values)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.fact, self.op, self.value) if part is not None)

    def _fits_one(self, value: Scalar) -> bool:
        wanted = self.value
        if self.op in _LISTED:
            return isinstance(wanted, list) and any(_same(value, one) for one in wanted)
        if self.op in _ORDERED:
            return _ordered(self.op, value, wanted)
        if self.op == "contains":
            return isinstance(value, str) and str(wanted).casefold() in value.casefold()
        return not isinstance(wanted, list) and _same(value, wanted)


def failing(conditions: Iterable[Condition], facts: Facts) -> Condition | None:
    """The first condition that does not hold, or None where all do."""
    return next((condition for condition in conditions if not condition.holds(facts)), None)


def _same(value: Scalar, wanted: Scalar | None) -> bool:
    """Equal, in small and capital letters alike; true is not 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return value == wanted


def _ordered(op: Op, value: Scalar, wanted: object) -> bool:
    if isinstance(value, bool | str) or not isinstance(wanted, int | float):
        return False
    if op == "at_least":
        return value >= wanted
    if op == "at_most":
        return value <= wanted
    return value > wanted if op == "more_than" else value < wanted
