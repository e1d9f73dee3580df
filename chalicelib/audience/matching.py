"""From keyed identifiers to a contact: one look-up for all of them, the same in a base of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.consents import consent
from chalicelib.storage.contacts import PARTNER, Contact, Contacts

_STRENGTH = ("customer", "phone", "email")
"""Kinds of identifier, the one that names a person best first."""

Unmatched = Literal["unknown_identifier", "no_matching_consent"]
"""Why identifiers lead to nobody. Each is counted under `unmatched.<reason>`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A contact, which identifier led to it, and when the person agreed to be matched."""

    base: str
    person: str
    evidence: str
    consent_at: int


class Matcher:
    """Matches identifiers for an advertiser: in its own base first, then in the partner base."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def match(self, advertiser: str, identifiers: Mapping[str, str]) -> Match | Unmatched:
        """The contact that `identifiers` (kind to keyed hash) lead to, if that person agreed to be matched."""
        bases = (advertiser, PARTNER)
        people = self._contacts.identified(bases, identifiers.values())
        if not people:
            return "unknown_identifier"
        for base in bases:
            for kind in _STRENGTH:
                person = people.get((base, identifiers.get(kind, "")))
                if person and (match := self.recognise(advertiser, base, person, kind)):
                    return match
        return "no_matching_consent"

    def recognise(self, advertiser: str, base: str, person: str, evidence: str) -> Match | None:
        """A match with a contact that is known already, such as by its link; None without matching consent."""
        contact: Contact | None = self._contacts.get(base, person)
        statement = consent(contact, "matching", advertiser) if contact else None
        return Match(base, person, evidence, statement.at) if statement else None
