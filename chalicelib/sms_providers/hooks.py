"""What providers call, and what they must show: the common part of all webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.sms_providers.contract import InboundText, Receipt


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call of a provider, as it came."""

    path: str
    """Below the public origin, with its slash."""
    at: int
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in small letters."""

    def header(self, name: str) -> str:
        """A header by its name in small letters; empty where it was not sent."""
        return self.headers.get(name, "")


class ReceiptHooks(Protocol):
    """A provider that reports. Each reader raises Forbidden where the call is not the provider's, or InvalidInput."""

    @property
    def acknowledgement(self) -> tuple[str, str]:
        """Media type and body that tell the provider that its report was taken."""

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What a call says of SMS that were handed over; none where it says nothing new."""


class TextHooks(ReceiptHooks, Protocol):
    """A provider that has numbers which phones can write to."""

    def texts(self, call: HookCall) -> list[InboundText]:
        """The SMS from phones that a call brings."""


def required(given: Mapping[str, str], name: str) -> str:
    """A field of a call; InvalidInput where it is not there."""
    if not given.get(name):
        raise InvalidInput([FieldError(name, "required", "is missing")])
    return given[name]
