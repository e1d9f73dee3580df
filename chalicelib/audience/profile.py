"""What names a person, kept sealed in each contact, and opened only where a message or a page needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chalicelib.storage.contacts import Contact
from chalicelib.vault import Vault, identifier_digest

_ENCODER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """A contact's personal fields."""

    phone: str
    """E.164."""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    customer_id: str | None = None


def given_fields(profile: Profile) -> dict[str, str]:
    """The fields of a profile that are known."""
    fields = {
        "phone": profile.phone,
        "email": profile.email,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "customer_id": profile.customer_id,
    }
    return {name: value for name, value in fields.items() if value is not None}


def seal_profile(vault: Vault, base: str, person: str, profile: Profile) -> bytes:
    """Encrypt a profile for its place: it opens in no other contact."""
    return vault.seal(_ENCODER.encode(given_fields(profile)), _place(base, person))


def open_profile(vault: Vault, contact: Contact) -> Profile:
    """Decrypt a contact's profile."""
    return Profile(**json.loads(vault.open(contact.sealed, _place(contact.base, contact.person))))


def identifiers_of(vault: Vault, profile: Profile) -> set[str]:
    """Every keyed identifier that leads to a person, under all keys that are in use."""
    return {hmac for digest in digests_of(profile) for hmac in vault.identifiers(digest)}


def digests_of(profile: Profile) -> list[str]:
    """The hashed identifiers that lead to a person, as browsers and advertising platforms make them."""
    customer = f"customer:{profile.customer_id}" if profile.customer_id else None
    return [identifier_digest(text) for text in (profile.phone, profile.email, customer) if text]


def _place(base: str, person: str) -> str:
    return f"contact/{base}/{person}"
