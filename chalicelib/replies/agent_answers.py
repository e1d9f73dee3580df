"""What an agent's answer may say, and what it costs. Pure.

An answer is a notification within 24 hours of the person's text and without an offer (rules.md, France: class).
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.content import marketing_reasons
from chalicelib.messaging.sms_text import count

MOST_PARTS = 5
JUST_ASKED = HOUR
"""How long after a text an answer to it goes at any hour: the person is there."""
_MESSAGES = {
    "empty": "write something",
    "too_long": f"an answer takes at most {MOST_PARTS} SMS",
    "opposed": "the person has said STOP: nothing more is sent",
    "answer_too_late": "the person's last text is more than 24 hours old: an answer would be a message of ours",
}


class NotAnswered(InvalidInput):
    """An answer that does not go out; `reason` says why."""

    def __init__(self, reason: str, message: str | None = None) -> None:
        super().__init__([FieldError("text", reason, message or _MESSAGES.get(reason, reason))])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Size:
    """What an answer costs in SMS, and what keeps it back."""

    text: str
    """As the phone will show it."""
    encoding: str
    units: int
    parts: int
    culprits: tuple[str, ...]
    """The characters that make it dear."""
    safe: str
    """The text without them."""
    refused: str | None
    """`empty`, `too_long` or `offer`."""
    words: str = ""
    """Those that offer something."""

    def require_sendable(self) -> None:
        """Raises NotAnswered."""
        if self.refused == "offer":
            raise NotAnswered("offer", f"an answer offers nothing, and this one does: {self.words}")
        if self.refused:
            raise NotAnswered(self.refused)


def size(text: str) -> Size:
    """What a text would cost as an answer, and whether it may be one."""
    shown = " ".join(text.split())
    counted = count(shown)
    offers = marketing_reasons(shown)
    refused = None
    if not shown:
        refused = "empty"
    elif counted.parts > MOST_PARTS:
        refused = "too_long"
    elif offers:
        refused = "offer"
    return Size(
        shown,
        counted.encoding,
        counted.units,
        counted.parts,
        counted.culprits,
        counted.safe,
        refused,
        offers[0].words if offers else "",
    )
