"""Asking networks whether a number exists: what every provider of HLR look-ups does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from chalicelib.errors import RelanceError

Status = Literal["reachable", "unreachable", "invalid", "unknown"]
"""`unreachable`: off or without network now. `invalid`: no subscriber has the number. `unknown`: nothing was learnt."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known of a number. In clear: it exists in memory only."""

    phone: str
    """E.164."""
    status: Status
    network: str | None = None
    """MCC and MNC, such as 20801."""
    price: int = 0
    """What it cost, in micro-units of the account's currency."""


class CheckRefused(RelanceError):
    """The provider did not take the look-ups: the token, the account's credit or its rights."""


class NumberCheck(Protocol):
    """A way to the networks' registers."""

    name: str
    is_real: bool
    """Whether it asks networks, and so must never be given a number of fiction."""
    batch: int
    """How many numbers a call takes at most."""

    def look_up(self, phones: Sequence[str], reference: str) -> list[Lookup]:
        """What is known of each number. Raises CheckRefused; numbers that were not answered are `unknown`.

        A provider that learns of them later tells it with the reference, which nobody else is given.
        """
