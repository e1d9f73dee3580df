"""How consent ledgers are chained: salted commitments, payloads under the contact's own key, signed tombstones.

Pure but for randomness. `hash = SHA-256(chain, sequence, kind, recorded_at, previous, commitment)`, so nothing of an
entry but its payload and subject can be changed unseen; those two an erasure takes away (docs/adr/0011).
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from typing import Any

from chalicelib.audience.statements import Statement, canonical, from_data
from chalicelib.storage.consent_ledgers import Entry, Kind
from chalicelib.storage.contacts import Contact
from chalicelib.vault import Vault, compact

_NONCE = 12
_SALT = 16


def new_chain() -> str:
    """A random name for a chain."""
    return os.urandom(15).hex()


def new_key() -> bytes:
    """A fresh key for the entries of a contact."""
    return os.urandom(32)


def seal_key(vault: Vault, base: str, person: str, key: bytes) -> bytes:
    """A contact's key as the contact keeps it."""
    return vault.seal(key.hex(), _key_place(base, person))


def open_key(vault: Vault, contact: Contact) -> bytes:
    """The key of a contact's entries."""
    return bytes.fromhex(vault.open(contact.key, _key_place(contact.base, contact.person)))


def seal_entry(vault: Vault, contact: Contact, key: bytes, statement: Statement, now: int) -> Entry:
    """The entry that follows a contact's last one, under the contact's key."""
    sequence = contact.length + 1
    plain = os.urandom(_SALT) + canonical(statement)
    nonce = os.urandom(_NONCE)
    payload = nonce + _aes_gcm()(key).encrypt(nonce, plain, _payload_place(contact.chain, sequence))
    subject = vault.seal_bytes(compact([contact.base, contact.person]), contact.chain) if sequence == 1 else None
    return _entry(contact.chain, sequence, "statement", now, contact.head, _digest(plain), payload, subject)


def open_entry(vault: Vault, contact: Contact, entry: Entry) -> Statement:
    """The statement of an entry; ValueError where it is not what was committed to."""
    from cryptography.exceptions import InvalidTag

    if entry.payload is None:
        raise ValueError("the entry has no payload")
    nonce, body = entry.payload[:_NONCE], entry.payload[_NONCE:]
    try:
        plain = _aes_gcm()(open_key(vault, contact)).decrypt(nonce, body, _payload_place(entry.chain, entry.sequence))
    except InvalidTag:
        raise ValueError("the payload does not open") from None
    if _digest(plain) != entry.commitment:
        raise ValueError("the payload is not what was committed to")
    return from_data(json.loads(plain[_SALT:]))


def open_subject(vault: Vault, entry: Entry) -> tuple[str, str]:
    """Base and person of a chain, out of its first entry; ValueError where it does not say."""
    from cryptography.exceptions import InvalidTag

    if entry.subject is None:
        raise ValueError("the entry has no subject")
    try:
        base, person = json.loads(vault.open(entry.subject, entry.chain))
    except InvalidTag:
        raise ValueError("the subject does not open") from None
    return base, person


def tombstone(vault: Vault, contact: Contact, now: int) -> Entry:
    """The signed entry that ends a chain whose person was erased."""
    sequence = contact.length + 1
    signature = vault.sign(_tombstone_text(contact.chain, sequence, now, contact.head))
    return _entry(contact.chain, sequence, "erased", now, contact.head, signature)


def is_tombstone(vault: Vault, entry: Entry) -> bool:
    """Whether an entry is a tombstone that this service signed."""
    text = _tombstone_text(entry.chain, entry.sequence, entry.recorded_at, entry.previous)
    return entry.kind == "erased" and entry.commitment == vault.sign(text)


def entry_hash(entry: Entry) -> str:
    """The hash that an entry should have."""
    return _hash(entry.chain, entry.sequence, entry.kind, entry.recorded_at, entry.previous, entry.commitment)


def _entry(
    chain: str,
    sequence: int,
    kind: Kind,
    now: int,
    previous: str,
    commitment: str,
    payload: bytes | None = None,
    subject: bytes | None = None,
) -> Entry:
    hashed = _hash(chain, sequence, kind, now, previous, commitment)
    return Entry(chain, sequence, kind, now, previous, commitment, hashed, payload, subject)


def _hash(chain: str, sequence: int, kind: Kind, at: int, previous: str, commitment: str) -> str:
    return _digest(f"{chain}|{sequence}|{kind}|{at}|{previous}|{commitment}".encode())


def _digest(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()


@cache
def _aes_gcm() -> Any:
    # Imported late: collect and redirect share this package's modules and never decrypt.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


def _tombstone_text(chain: str, sequence: int, at: int, previous: str) -> str:
    return f"erased|{chain}|{sequence}|{at}|{previous}"


def _key_place(base: str, person: str) -> str:
    return f"contact-key/{base}/{person}"


def _payload_place(chain: str, sequence: int) -> bytes:
    return f"{chain}/{sequence}".encode()
