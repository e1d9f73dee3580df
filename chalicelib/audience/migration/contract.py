"""What a peer's exports say, and how each peer writes it: a file of its own for each, which is data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FileKind = Literal["suppressions", "sends", "contacts", "events"]
Meaning = Literal["agreed", "refused", "sent"]

COLUMNS = (
    "phone",
    "email",
    "first_name",
    "last_name",
    "status",
    "event",
    "channel",
    "consent_at",
    "unsubscribed_at",
    "sent_at",
    "at",
    "source",
    "message",
)
"""What a column can be. `at` is the time of an event."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool that people leave, and what its exports look like. Names and values without case, accents and signs."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    """Field to the columns that may hold it, the surest one first."""
    statuses: Mapping[str, Meaning] = field(default_factory=dict)
    """What a contact's status says. One that is not here says nothing: no consent is assumed."""
    events: Mapping[str, Meaning] = field(default_factory=dict)
    """What an event says; others are left out."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says of a phone. In clear: it exists in memory only."""

    line: int
    phone: str
    """E.164."""
    meaning: Meaning
    at: int | None
    """When (epoch ms), where the row says so."""
    source: str = ""
    message: str = ""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not taken, and by which rule."""

    line: int
    rule: str
