"""Contacts: a person in a base, with what they agreed to; and the identifiers that lead to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Literal, NamedTuple

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, Update

RETENTION = 3 * 365 * DAY
"""Prospects are erased three years after their last own act (CNIL, SAN-2020-003)."""

PARTNER = "partner"
"""The operator's own base, whose consents name the advertisers that they hold for."""

Purpose = Literal["sms_marketing", "sms_notification", "matching"]
Basis = Literal["consent", "contract"]
"""Why a purpose is allowed: the person said so, or an order has to be carried out (GDPR 6(1)(a) and (b))."""


class Consent(NamedTuple):
    """The newest statement of a person for one purpose, or the order that stands in for one."""

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
    wording_hash: str | None = None
    """SHA-256 of that text."""
    basis: Basis = "consent"
    entry: int = 0
    """Sequence of the entry in the contact's consent ledger; 0 where it was taken before that was kept."""
    confirmed: bool = False
    """Whether it was said a second time, from the phone itself (audience/statements.py)."""


FieldValue = str | int | bool


class Contact(NamedTuple):
    """A person in a base. What names the person is sealed."""

    base: str
    """An advertiser's id, or PARTNER."""
    person: str
    """Keyed hash of the phone, the same in every base."""
    sealed: bytes
    """Phone, e-mail and names, encrypted (audience/profile.py)."""
    consents: Mapping[Purpose, Consent] = MappingProxyType({})
    fields: Mapping[str, FieldValue] = MappingProxyType({})
    """Segmentation fields, in clear."""
    chain: str = ""
    """Its consent ledger: a random name that leads nowhere else (audience/consent_chain.py)."""
    head: str = ""
    """Hash of the ledger's last entry."""
    length: int = 0
    key: bytes = b""
    """The key of the ledger's entries, sealed: destroyed with the contact."""
    recorded: tuple[str, ...] = ()
    """The statements that were taken, so that none is taken twice."""
    acted_at: int = 0
    """The person's last own act: retention counts from it."""
    unreachable_at: int = 0
    """When a check (storage/number_checks.py) or a provider found that no subscriber has the number; else 0."""


class Contacts:
    """One look-up per identifier and one per contact, whatever the size of the base."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str, person: str, *, expired: bool = False) -> Contact | None:
        """One contact, or None. With `expired`, also one that has aged out and is not removed yet."""
        item = self._table.get(keys.contact(base, person), expired=expired)
        return from_item(item) if item else None

    def identified(self, bases: Iterable[str], hmacs: Iterable[str]) -> dict[tuple[str, str], str]:
        """(base, hmac) to the person it leads to, in one call; unknown ones are left out."""
        wanted = {keys.identifier(base, hmac): (base, hmac) for hmac in hmacs for base in bases}
        found = self._table.get_many(wanted)
        return {wanted[key]: str(item["person"]) for key, item in found.items()}

    def get_all(self, base: str, people: Iterable[str]) -> dict[str, Contact]:
        """The contacts of up to 100 people, in one call; those who are not in the base are left out."""
        found = self._table.get_many([keys.contact(base, person) for person in people])
        return {str(item["person"]): from_item(item) for item in found.values()}

    def of_person(self, person: str, bases: Iterable[str]) -> dict[str, Contact]:
        """Base to contact of one person, in one call; bases that do not know the person are left out."""
        found = self._table.get_many([keys.contact(base, person) for base in bases])
        return {str(item["base"]): from_item(item) for item in found.values()}

    def acted(self, base: str, person: str, at: int) -> None:
        """The person did something: retention counts anew. Nothing happens where there is no such contact."""
        with suppress(ConditionFailed):
            self._table.update(
                Update(
                    keys.contact(base, person),
                    "SET #acted_at = :at, #ttl = :ttl",
                    {"at": at, "ttl": contact_ttl(at)},
                    condition="attribute_exists(pk) AND (attribute_not_exists(#acted_at) OR #acted_at < :at)",
                )
            )

    def unreachable(self, base: str, person: str, at: int) -> None:
        """A provider knows no such number: the contact leaves the sendable base, until a check finds it."""
        with suppress(ConditionFailed):
            self._table.update(
                Update(
                    keys.contact(base, person),
                    "SET #unreachable_at = :at",
                    {"at": at},
                    condition="attribute_exists(pk)",
                )
            )

    def forget_identifier(self, base: str, hmac: str, person: str) -> None:
        """Remove an identifier, unless it leads to somebody else by now."""
        with suppress(ConditionFailed):
            self._table.delete(Delete(keys.identifier(base, hmac), "#person = :person", {"person": person}))


def save(contact: Contact, known: Contact | None) -> Update:
    """The write of a contact, on condition that it still is as it was `known`; other attributes stay."""
    key, values = keys.contact(contact.base, contact.person), _item(contact)
    if known is None:
        return Update(key, _SAVE, values, "attribute_not_exists(pk)")
    as_known = "attribute_exists(pk) AND (attribute_not_exists(#length) OR #length = :read)"
    return Update(key, _SAVE, {**values, "read": known.length}, as_known)


def save_identifier(base: str, hmac: str, person: str, acted_at: int) -> Put:
    """The write of an identifier that leads to a contact."""
    item = {"type": "identifier", "v": 1, "base": base, "person": person, "ttl": identifier_ttl(acted_at)}
    return Put(keys.identifier(base, hmac), item)


def contact_ttl(acted_at: int) -> int:
    """When a contact ends (epoch s), by the person's last own act (epoch ms)."""
    return (acted_at + RETENTION) // SECOND


def identifier_ttl(acted_at: int) -> int:
    """When an identifier ends by itself. It goes with its contact: a click that prolongs that cannot name it."""
    return (acted_at + 2 * RETENTION) // SECOND


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
        chain=item.get("chain", ""),
        head=item.get("head", ""),
        length=item.get("length", 0),
        key=item.get("key", b""),
        recorded=tuple(item.get("recorded", ())),
        acted_at=item.get("acted_at", 0),
        unreachable_at=item.get("unreachable_at", 0),
    )


def _item(contact: Contact) -> Item:
    return {
        "type": "contact",
        "v": 1,
        "base": contact.base,
        "person": contact.person,
        "sealed": contact.sealed,
        "consents": {purpose: consent._asdict() for purpose, consent in contact.consents.items()},
        "fields": contact.fields,
        "chain": contact.chain,
        "head": contact.head,
        "length": contact.length,
        "key": contact.key,
        "recorded": contact.recorded,
        "acted_at": contact.acted_at,
        "ttl": contact_ttl(contact.acted_at),
    }


_SAVE = "SET " + ", ".join(f"#{name} = :{name}" for name in _item(Contact("", "", b"")))
