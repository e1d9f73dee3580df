"""What a person asked to get less of, on the page of an SMS: fewer messages, or not every kind of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.clock import DAY
from chalicelib.storage.caps import CapRule
from chalicelib.storage.ledger import Ledger

Kind = Literal["reminders", "offers", "reviews"]
KINDS: tuple[Kind, ...] = ("reminders", "offers", "reviews")
_KIND_OF: Mapping[str, Kind] = {"cart": "reminders", "browse": "reminders", "review": "reviews", "survey": "reviews"}
"""By journey. Whatever else is marketing, offers something."""
FEWER: Mapping[str, int] = {"weekly": 7 * DAY, "monthly": 30 * DAY}
"""What the page offers to those who want fewer messages: at most one in this time (ms)."""


def kind_of(journey: str) -> Kind:
    """What a person would call a journey's marketing messages."""
    return _KIND_OF.get(journey, "offers")


def unwanted(ledger: Ledger, advertiser: str, journey: str) -> bool:
    """Whether the person asked an advertiser for no marketing messages of a journey's kind."""
    wish = ledger.wishes.get(advertiser)
    return wish is not None and kind_of(journey) in wish.without


def caps(ledger: Ledger, advertiser: str) -> tuple[CapRule, ...]:
    """The wish for fewer messages, as the cap that it is."""
    wish = ledger.wishes.get(advertiser)
    return (CapRule(1, wish.every_ms, "wish"),) if wish and wish.every_ms else ()
