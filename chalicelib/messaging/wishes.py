"""What a person asked to get less of, on the page of an SMS: fewer messages, or not every kind of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.clock import DAY
from chalicelib.storage.ledgers import Ledger

Kind = Literal["reminders", "offers", "reviews"]
KINDS: tuple[Kind, ...] = ("reminders", "offers", "reviews")
_KIND_OF: Mapping[str, Kind] = {"cart": "reminders", "browse": "reminders", "review": "reviews", "survey": "reviews"}
"""By journey. Whatever else is marketing, offers something."""
FEWER: Mapping[str, int] = {"weekly": 7 * DAY, "monthly": 30 * DAY}
"""What the page offers to those who want fewer messages: at most one in this time (ms)."""


def kind_of(journey: str) -> Kind:
    """What a person would call a journey's marketing messages."""
    return _KIND_OF.get(journey, "offers")


def against(ledger: Ledger, advertiser: str, journey: str, now: int) -> Literal["kind_unwanted", "fewer_wanted"] | None:
    """Why the person's own wish keeps a marketing message from going now; None where it does not."""
    wish = ledger.wishes.get(advertiser)
    if wish is None:
        return None
    if kind_of(journey) in wish.without:
        return "kind_unwanted"
    opens = now - wish.every_ms
    sent = any(
        send.advertiser == advertiser and send.message_class == "marketing" and send.at > opens for send in ledger.sends
    )
    return "fewer_wanted" if wish.every_ms and sent else None
