"""When a launch needs a second person: for how many it is for, or for what it may cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, Literal

from chalicelib.storage.advertisers import Safeguards

Limit = Literal["people", "cost"]


def limits_passed(
    people: int, sends: int, price: Mapping[str, Any] | None, safeguards: Safeguards
) -> tuple[Limit, ...]:
    """Which of the advertiser's limits what was rehearsed passes.

    `price` as a rehearsal tells it (messaging/rehearsal.py). One that is not known passes a limit of cost, where
    anything is sent at all.
    """
    passed: list[Limit] = []
    if safeguards.approve_people is not None and people > safeguards.approve_people:
        passed.append("people")
    if safeguards.approve_micro is not None and sends and _at_most(price, safeguards) > safeguards.approve_micro:
        passed.append("cost")
    return tuple(passed)


def _at_most(price: Mapping[str, Any] | None, safeguards: Safeguards) -> float:
    return price["at_most_micro"] if price and price["currency"] == safeguards.currency else inf
