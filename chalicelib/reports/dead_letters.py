"""What became of the orders that nobody could carry out."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import TypedDict

from chalicelib.storage.dead_letters import DeadLetter
from chalicelib.storage.enrolments import Enrolments
from chalicelib.storage.messages import Messages
from chalicelib.storage.send_queue import StepOrder


class OrderTold(TypedDict):
    """A dead letter, with the state of what it orders: `gone` where it is not there any more."""

    message: str | None
    journey: str | None
    """Of a journey's step: the enrolment's own name."""
    state: str
    reason: str | None
    received: int


def told(letters: Iterable[DeadLetter], messages: Messages, enrolments: Enrolments) -> list[OrderTold]:
    """Each letter as it stands now."""
    return [_told(letter, messages, enrolments) for letter in letters]


def _told(letter: DeadLetter, messages: Messages, enrolments: Enrolments) -> OrderTold:
    order = letter.order
    found = enrolments.get(order.enrolment) if isinstance(order, StepOrder) else messages.get(order.message)
    return {
        "message": None if isinstance(order, StepOrder) else order.message,
        "journey": order.enrolment[1] if isinstance(order, StepOrder) else None,
        "state": found.state if found else "gone",
        "reason": found.reason if found else None,
        "received": letter.received,
    }
