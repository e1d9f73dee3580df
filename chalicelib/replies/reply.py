"""An SMS that a phone sent, as every provider's report of one is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS from a phone, as a provider reports it. In clear: it exists in memory only."""

    id: str
    """The provider's, the same when it reports twice."""
    phone: str
    """E.164."""
    to: str
    text: str
