"""The lists of people whom a provider will not send to: what every provider does that keeps one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OptOut:
    """A phone on a provider's list. In clear: it exists in memory only."""

    phone: str
    """E.164."""
    at: int | None = None
    """When it came there, where the list tells."""


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """A part of a list, and where the next one begins; None where there is none."""

    numbers: Sequence[OptOut]
    next_page: str | None


class OptOutList(Protocol):
    """A provider that keeps a list."""

    @property
    def name(self) -> str:
        """The provider's."""

    def opt_outs(self, page: str | None) -> OptOutPage:
        """The list from its beginning, or from a page on. Raises SendError or NoAnswer where it cannot be read."""
