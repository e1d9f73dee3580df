"""What names a person, kept sealed in each contact, and opened only where a message or a page needs it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from chalicelib.storage.contacts import Contact
from chalicelib.vault import Vault


@dataclass(frozen=True, slots=True)
class Profile:
    """A contact's personal fields."""

    phone: str
    """E.164."""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


def seal_profile(vault: Vault, base: str, person: str, profile: Profile) -> bytes:
    """Encrypt a profile for its place: it opens in no other contact."""
    given = {name: value for name, value in asdict(profile).items() if value is not None}
    return vault.seal(json.dumps(given, ensure_ascii=False), _place(base, person))


def open_profile(vault: Vault, contact: Contact) -> Profile:
    """Decrypt a contact's profile."""
    return Profile(**json.loads(vault.open(contact.sealed, _place(contact.base, contact.person))))


def _place(base: str, person: str) -> str:
    return f"contact/{base}/{person}"
