"""What every SMS provider does: it takes an SMS or says why not, and later reports what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from chalicelib.errors import RelanceError
from chalicelib.storage.messages import MessageClass

FailureKind = Literal["retryable", "opted_out", "invalid_number", "sender_refused", "out_of_credit", "rejected"]
"""Why a provider did not take an SMS.

`retryable`: nothing has left, and the same call may be taken later. `opted_out`: the provider or the carrier holds a
STOP of this phone. `invalid_number`: no phone has this number. `sender_refused`: the sender is not allowed there.
`out_of_credit`: the account, or what it may spend. `rejected`: anything else that trying again would not change.
"""

ReceiptState = Literal["sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS to hand over. In clear: it exists in memory only."""

    message_id: str
    """Ours: a receipt that names it needs no other. For an idempotent provider it is the idempotency key."""
    to: str
    """E.164."""
    sender: str
    text: str
    message_class: MessageClass
    validity_s: int | None = None
    """How long it is worth delivering, in seconds from now; None for as long as the provider tries."""
    parts: int = 1
    """How many parts were counted: a provider that can is told not to send more."""
    is_answer: bool = False
    """Whether its person has just written: no budget of the day holds it back."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it."""

    provider_id: str
    provider: str
    """Which provider: where there are two, it need not be the first."""
    echoes: bool = True
    """Whether its receipts name our message id; else its own id has to be noted with the message."""


class SendError(RelanceError):
    """The provider answered, and did not take it. No answer at all is another exception: nothing is known then."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind)
        self.kind = kind


class Provider(Protocol):
    """A way to phones."""

    @property
    def name(self) -> str:
        """As settings, messages and webhook addresses have it."""

    @property
    def idempotent(self) -> bool:
        """Whether a message id that is handed over twice reaches the phone once: no answer may then be tried again."""

    @property
    def reaches_phones(self) -> bool:
        """Whether SMS reach real people: such a provider refuses numbers of fiction."""

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError where it is refused for certain."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reports of an SMS that it took."""

    provider: str
    event_id: str
    """The provider's, or made of what the report says: the same when it reports twice."""
    state: ReceiptState
    at: int
    """When it happened, as the provider says; when it was reported where it does not."""
    message_id: str | None = None
    provider_id: str | None = None
    reason: str | None = None
    """Why it failed, in our words: `unknown_subscriber`, `opted_out`, … (each provider's table)."""


@dataclass(frozen=True, slots=True)
class InboundText:
    """An SMS from a phone, as a provider reports it. In clear: it exists in memory only."""

    id: str
    """The provider's, the same when it reports twice."""
    phone: str
    """E.164."""
    to: str
    text: str
    at: int | None = None
    """When it was written, as the provider says; when it was reported where it does not (epoch ms)."""
    reference: str = ""
    """What the parts of a long text have in common, where they are reported one by one."""
    part: int = 1
    parts: int = 1
