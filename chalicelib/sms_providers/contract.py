"""What every SMS provider does for the dispatch, and how it says that it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from chalicelib.errors import RelanceError

FailureKind = Literal["invalid_number", "sender_refused", "opted_out", "out_of_credit", "unavailable"]


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS to hand over. In clear: it exists in memory only."""

    message_id: str
    to: str
    """E.164."""
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it."""

    provider_id: str


class SendError(RelanceError):
    """The provider answered, and did not take it. No answer at all is another exception: nothing is known then."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind)
        self.kind = kind


class Provider(Protocol):
    """A way to phones."""

    name: str

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError where it is refused for certain."""
