"""Contacts: a person in a base, with what they agreed to; and the identifiers that lead to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Put, Table

PARTNER = "partner"
"""The operator's own base, whose consents name the advertisers that they hold for."""

Purpose = Literal["sms_marketing", "sms_notification", "matching"]


@dataclass(frozen=True, slots=True)
class Consent:
    """The newest statement of a person for one purpose."""

    given: bool
    at: int
    source: str
    """Where it was made: `checkout`, `widget`, `import`, …"""
    wording: str | None = None
    """The version of the text that was agreed to."""
    proof: str | None = None
    """Fingerprint (SHA-256) of the form or file that carries it."""
    advertisers: tuple[str, ...] = ()
    """In the partner base: the advertisers named when it was given."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in a base. What names the person is sealed."""

    base: str
    """An advertiser's id, or PARTNER."""
    person: str
    """Keyed hash of the phone, the same in every base."""
    sealed: bytes
    """Phone, e-mail and names, encrypted (audience/profile.py)."""
    consents: Mapping[Purpose, Consent] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    """Segmentation fields, in clear."""


class Contacts:
    """One look-up per identifier and one per contact, whatever the size of the base."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str, person: str) -> Contact | None:
        """One contact, or None."""
        item = self._table.get(keys.contact(base, person))
        return from_item(item) if item else None

    def identified(self, bases: Iterable[str], hmacs: Iterable[str]) -> dict[tuple[str, str], str]:
        """(base, hmac) to the person it leads to, in one call; unknown ones are left out."""
        wanted = {keys.identifier(base, hmac): (base, hmac) for hmac in hmacs for base in bases}
        found = self._table.get_many(wanted)
        return {wanted[key]: str(item["person"]) for key, item in found.items()}

    def save(self, contact: Contact, identifiers: Iterable[str]) -> bool:
        """Write a contact and the identifiers that lead to it; False where the store did not take all of it.

        Writing the same again changes nothing, so an import can be repeated.
        """
        puts = [
            Put(keys.identifier(contact.base, hmac), {"type": "identifier", "v": 1, "person": contact.person})
            for hmac in identifiers
        ]
        return not self._table.put_many([Put(keys.contact(contact.base, contact.person), _item(contact)), *puts])


def from_item(item: Item) -> Contact:
    """A contact as the table holds it."""
    return Contact(
        base=item["base"],
        person=item["person"],
        sealed=item["sealed"],
        consents={
            purpose: Consent(**{**consent, "advertisers": tuple(consent.get("advertisers", ()))})
            for purpose, consent in item["consents"].items()
        },
        fields=item["fields"],
    )


def _item(contact: Contact) -> Item:
    return {
        "type": "contact",
        "v": 1,
        "base": contact.base,
        "person": contact.person,
        "sealed": contact.sealed,
        "consents": {purpose: asdict(consent) for purpose, consent in contact.consents.items()},
        "fields": dict(contact.fields),
    }
