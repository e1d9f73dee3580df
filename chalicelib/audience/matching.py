"""From keyed identifiers to a contact: one look-up for all of them, the same in a base of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.consents import consent
from chalicelib.storage.contacts import PARTNER, Consent, Contact, Contacts

_STRENGTH = ("customer", "phone", "email")
"""Kinds of identifier, the one that names a person best first."""

Unmatched = Literal["unknown_identifier", "no_matching_consent"]
"""Why identifiers lead to nobody. Each is counted under `unmatched.<reason>`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A contact, which evidence led to it, and the consent that allows it."""

    base: str
    person: str
    evidence: str
    consent: Consent


class Matcher:
    """Matches for an advertiser: in its own base first, then in the partner base. Two calls, whatever there is."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def match(self, advertiser: str, identifiers: Mapping[str, str]) -> Match | Unmatched:
        """The contact that `identifiers` (kind to keyed hash) lead to, if that person agreed to be matched.

        The best identifier says who it is. Where that person did not agree, a worse one that leads to somebody else
        does not help: two people may share an e-mail.
        """
        bases = (advertiser, PARTNER)
        people = self._contacts.identified(bases, identifiers.values())
        for kind in _STRENGTH:
            for base in bases:
                if person := people.get((base, identifiers.get(kind, ""))):
                    return self.recognise(advertiser, person, kind) or "no_matching_consent"
        return "unknown_identifier"

    def named(self, base: str, identifiers: Mapping[str, str]) -> str | None:
        """The person of a base whom the best of `identifiers` leads to, whatever was agreed to."""
        people = self._contacts.identified([base], identifiers.values()) if identifiers else {}
        found = (people.get((base, identifiers.get(kind, ""))) for kind in _STRENGTH)
        return next((person for person in found if person), None)

    def recognise(self, advertiser: str, person: str, evidence: str) -> Match | None:
        """A match with a person who is known already, such as by a link; None without matching consent."""
        contacts = self._contacts.of_person(person, (advertiser, PARTNER))
        allowed = matchable(contacts, advertiser)
        return Match(allowed[0], person, evidence, allowed[1]) if allowed else None


def matchable(contacts: Mapping[str, Contact], advertiser: str) -> tuple[str, Consent] | None:
    """The base and the consent by which a person (base to contact) may be matched for an advertiser, or None.

    What the person last said to the advertiser itself wins: a refusal there ends what a partner's form allowed before.
    """
    own = contacts.get(advertiser)
    said = own.consents.get("matching") if own else None
    for base in (advertiser, PARTNER):
        contact = contacts.get(base)
        given = consent(contact, "matching", advertiser) if contact else None
        if given and not (said and not said.given and said.at >= given.at):
            return base, given
    return None
