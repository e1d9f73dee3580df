"""Keyed hashes and encryption: what stands between a dump of the table and the people in it (promise P6).

Two secrets of the stage, each one SSM SecureString read once per container:

- `<path>/identifiers`, for whoever must recognise a hashed identifier. Collect reads this one only, and so cannot
  decrypt anything (docs/adr/0004).
- `<path>/private`, for whoever handles people: encryption, oppositions and link codes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_NONCE = 12


def identifier_digest(normalised: str) -> str:
    """SHA-256 of a normalised e-mail, phone or customer id, as advertising platforms and the snippet make it."""
    return hashlib.sha256(normalised.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _PrivateKeys:
    person: bytes
    data: dict[int, bytes]
    current: int
    link_salt: str


class Vault:
    """The stage's secrets at work. `read` gives a secret's JSON by its name, `identifiers` or `private`."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._ciphers: dict[int, Any] = {}

    def identifier(self, sha256_hex: str) -> str:
        """The keyed form of a hashed identifier: the only form that is ever stored."""
        return hmac.new(self._identifier_key, sha256_hex.encode(), hashlib.sha256).hexdigest()

    def person(self, phone_e164: str) -> str:
        """Who a phone is, in every base, under a key of its own that is never retired."""
        digest = identifier_digest(phone_e164)
        return hmac.new(self._private.person, digest.encode(), hashlib.sha256).hexdigest()[:40]

    def seal(self, plain: str, context: str) -> bytes:
        """Encrypt (AES-256-GCM). `context` names the place it is kept in; it opens there and nowhere else."""
        nonce = os.urandom(_NONCE)
        version = self._private.current
        return bytes([version]) + nonce + bytes(self._cipher(version).encrypt(nonce, plain.encode(), context.encode()))

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt; cryptography's InvalidTag where the text was changed or belongs to another place."""
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        return bytes(self._cipher(sealed[0]).decrypt(nonce, body, context.encode())).decode()

    @property
    def link_salt(self) -> str:
        """The salt of link codes."""
        return self._private.link_salt

    @cached_property
    def _identifier_key(self) -> bytes:
        return base64.b64decode(json.loads(self._read("identifiers"))["key"])

    @cached_property
    def _private(self) -> _PrivateKeys:
        secret = json.loads(self._read("private"))
        return _PrivateKeys(
            person=base64.b64decode(secret["person"]),
            data={int(version): base64.b64decode(key) for version, key in secret["data"].items()},
            current=secret["current"],
            link_salt=secret["link_salt"],
        )

    def _cipher(self, version: int) -> Any:
        if version not in self._ciphers:
            # Imported here: collect and redirect never decrypt, and should not pay for it at their cold start.
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._ciphers[version] = AESGCM(self._private.data[version])
        return self._ciphers[version]


def secrets_reader(ssm: Callable[[], SSMClient], path: str) -> Callable[[str], str]:
    """Read the stage's secrets from SSM. The client is made at the first read: most requests need none."""

    def read(name: str) -> str:
        return ssm().get_parameter(Name=f"{path}/{name}", WithDecryption=True)["Parameter"]["Value"]

    return read


def new_secrets() -> dict[str, str]:
    """Fresh secrets for a new stage: name to JSON."""

    def key() -> str:
        return base64.b64encode(os.urandom(32)).decode()

    return {
        "identifiers": json.dumps({"key": key()}),
        "private": json.dumps(
            {"person": key(), "data": {"1": key()}, "current": 1, "link_salt": secrets.token_hex(16)}
        ),
    }
