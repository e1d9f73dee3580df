"""How much a person has been sent: caps over sliding windows, decided from the pressure ledger."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage.advertisers import Cap
from chalicelib.storage.ledgers import Ledger


@dataclass(frozen=True, slots=True)
class Pressure:
    """Marketing SMS to a phone in the cap's window, whoever sent them, against what the cap allows."""

    sent: int
    allowed: int

    @property
    def reached(self) -> bool:
        """Whether one more would be over the cap."""
        return self.sent >= self.allowed


def marketing_pressure(ledger: Ledger, cap: Cap, now: int) -> Pressure:
    """The window is open at its old end: a send exactly `window_ms` ago counts no more."""
    opens = now - cap.window_ms
    return Pressure(
        sum(1 for send in ledger.sends if send.message_class == "marketing" and send.at > opens), cap.messages
    )
