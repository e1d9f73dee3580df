"""Who belongs to a segment: groups of conditions over what is known of a contact. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chalicelib.audience.conditions import Condition, Facts
from chalicelib.clock import SECOND

MOST_CONDITIONS = 50
DEEPEST = 3
LARGEST_KEPT_BY_EVENTS = 200_000
"""Contacts in a base up to which events keep its segments; past that an export does (docs/adr/0023)."""
RULES_CACHED_FOR = 10 * SECOND
"""By whoever follows events: new rules are built when every container has them, so that no change falls between."""

_LARGEST = 2**53
"""Whole numbers below it are exact in every engine."""
_WORD = r"[A-Za-z0-9_-]{1,80}"
_DAYS = "(?:1|7|14|30)d"
FACTS: Mapping[str, re.Pattern[str]] = {
    group: re.compile(pattern)
    for group, pattern in {
        "contact": r"fields\.[a-z][a-z0-9_]{0,39}|first_name_known|email_known|language|days_since_act|reachable",
        "location": "city|postcode|department|country",
        "consent": "sms_marketing|sms_notification|matching|opposed",
        "history": r"purchases|days_since_purchase|spent\.[A-Z]{3}",
        "bought": "items|categories",
        "pressure": f"sends_{_DAYS}|days_since_send",
        "clicks": f"count|clicks_{_DAYS}|days_since_click",
        "visits": rf"days_since|days_since\.{_WORD}|items|categories",
    }.items()
}
"""The facts that rules may name, by group: what docs/segments.md tells of each."""


class Group(BaseModel):
    """Conditions and groups of them: all must hold, or any one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    all: Annotated[tuple[Condition | Group, ...], Field(min_length=1, max_length=MOST_CONDITIONS)] | None = None
    any: Annotated[tuple[Condition | Group, ...], Field(min_length=1, max_length=MOST_CONDITIONS)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.all is None) == (self.any is None):
            raise ValueError("a group has either 'all' or 'any'")
        return self

    @property
    def parts(self) -> tuple[Condition | Group, ...]:
        """What it is made of."""
        return self.all or self.any or ()

    def conditions(self) -> Iterator[Condition]:
        """Every condition in it."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    def holds(self, facts: Facts) -> bool:
        """Whether a contact of whom these facts are known belongs to it."""
        held = (part.holds(facts) for part in self.parts)
        return all(held) if self.all is not None else any(held)

    @property
    def depth(self) -> int:
        """How many groups stand in one another."""
        return 1 + max((part.depth for part in self.parts if isinstance(part, Group)), default=0)


class Rules(Group):
    """The rules of a segment: a group, of bounded depth and size, over known facts."""

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if self.depth > DEEPEST:
            raise ValueError(f"groups stand in one another at most {DEEPEST} deep")
        conditions = list(self.conditions())
        if len(conditions) > MOST_CONDITIONS:
            raise ValueError(f"at most {MOST_CONDITIONS} conditions")
        for condition in conditions:
            _, _, name = condition.fact.partition(".")
            known = FACTS.get(condition.group)
            if known is None or not known.fullmatch(name):
                raise ValueError(f"there is no fact '{condition.fact}'")
            if not all(map(_is_plain, condition.value if isinstance(condition.value, list) else [condition.value])):
                raise ValueError(f"'{condition.fact}': numbers are below {_LARGEST}, texts have no control characters")
        return self

    @property
    def groups(self) -> frozenset[str]:
        """The groups of facts that have to be gathered."""
        return frozenset(condition.group for condition in self.conditions())


def _is_plain(value: object) -> bool:
    """Whether a value means the same to Python and to SQL."""
    if isinstance(value, str):
        return value.isprintable()
    return not isinstance(value, int | float) or abs(value) < _LARGEST


def rules_of(text: str) -> Rules:
    """Rules as a segment keeps them."""
    return Rules.model_validate_json(text)
