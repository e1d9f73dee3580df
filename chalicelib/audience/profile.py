"""What names a person, kept sealed in each contact, and opened only where a message or a page needs it."""

from __future__ import annotations

import json
from typing import NamedTuple

from chalicelib.storage.contacts import Contact
from chalicelib.vault import Vault, compact, identifier_digest


class Profile(NamedTuple):
    """A contact's personal fields."""

    phone: str
    """E.164."""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    customer_id: str | None = None


def given_fields(profile: Profile) -> dict[str, str]:
    """The fields of a profile that are known."""
    return {name: value for name, value in profile._asdict().items() if value is not None}


def seal_profile(vault: Vault, base: str, person: str, profile: Profile) -> bytes:
    """Encrypt a profile for its place: it opens in no other contact."""
    return vault.seal_bytes(compact(given_fields(profile)), _place(base, person))


def open_profile(vault: Vault, contact: Contact) -> Profile:
    """Decrypt a contact's profile."""
    return Profile(**json.loads(vault.open(contact.sealed, _place(contact.base, contact.person))))


def identifiers_of(vault: Vault, profile: Profile) -> set[str]:
    """Every keyed identifier that leads to a person, under all keys that are in use."""
    return set(vault.identifiers(*digests_of(profile)))


def digests_of(profile: Profile) -> list[str]:
    """The hashed identifiers that lead to a person, as browsers and advertising platforms make them."""
    customer = f"customer:{profile.customer_id}" if profile.customer_id else None
    return [identifier_digest(text) for text in (profile.phone, profile.email, customer) if text]


def _place(base: str, person: str) -> str:
    return f"contact/{base}/{person}"
