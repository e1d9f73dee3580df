"""Keyed hashes and encryption: what stands between a dump of the table and the people in it (promise P6).

Two secrets of the stage, each one SSM SecureString that a container reads again every five minutes, so that a key's
rotation reaches it without a stop (docs/adr/0010):

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from chalicelib.aws.calls import Call, CallRefused
from chalicelib.clock import MINUTE, Clock, SystemClock
from chalicelib.errors import ConfigurationError, StorageUnavailable

SECRETS_KEPT = 5 * MINUTE
"""How long a container goes on with the secrets that it has read; twice as long while they cannot be read again."""

_NONCE = 12


def identifier_digest(normalised: str) -> str:
    """SHA-256 of a normalised e-mail, phone or customer id, as advertising platforms and the snippet make it."""
    return hashlib.sha256(normalised.encode()).hexdigest()


def identifier_version(keyed: str) -> int:
    """The version of the key that made a keyed identifier."""
    version, dot, _ = keyed.partition(".")
    return int(version) if dot else 1


@dataclass(frozen=True, slots=True)
class _IdentifierKeys:
    keys: Mapping[int, bytes]
    """The current one first."""
    current: int
    read_at: int


def generation(name: str) -> int:
    """How many keys lie over one another in a lasting name: 1 for a person as contacts know it."""
    over, dot, _ = name.partition(".")
    return int(over) if dot else 1


@dataclass(frozen=True, slots=True)
class _PrivateKeys:
    person: bytes
    nesting: tuple[bytes, ...]
    """The keys over the first one, the oldest first."""
    is_moving: bool
    """Whether what outlives a person may still stand under the name of before."""
    data: Mapping[int, bytes]
    current: int
    link_salt: str
    read_at: int


_Keys = TypeVar("_Keys", _IdentifierKeys, _PrivateKeys)


class Vault:
    """The stage's secrets at work. `read` gives a secret's JSON by its name, `identifiers` or `private`.

    `clock` is the machine's unless told: a container's age is a matter of real time, whatever a stage's clock shows.
    """

    def __init__(self, read: Callable[[str], str], clock: Clock | None = None) -> None:
        self._read = read
        self._clock = clock or SystemClock()
        self._kept_identifiers: _IdentifierKeys | None = None
        self._kept_private: _PrivateKeys | None = None
        self._ciphers: dict[bytes, Any] = {}

    def identifier(self, sha256_hex: str) -> str:
        """The keyed form of a hashed identifier, under the current key: what look-ups use."""
        keys = self._identifiers
        return _keyed(keys.keys[keys.current], keys.current, sha256_hex)

    def identifiers(self, *sha256_hex: str) -> list[str]:
        """All keyed forms of hashed identifiers that may lead to a contact, the current one of each first."""
        keys = self._identifiers.keys
        return [_keyed(key, version, hashed) for hashed in sha256_hex for version, key in keys.items()]

    def person(self, phone_e164: str) -> str:
        """Who a phone is, in every base, under a key of its own that is never retired."""
        return hmac.digest(self._private.person, identifier_digest(phone_e164).encode(), "sha256").hex()[:40]

    def lasting(self, person: str) -> str:
        """The name of what outlives a person's erasure: the person under every later key (docs/adr/0020).

        It is the person's own where there is no later key. A lasting name of before leads to the same one.
        """
        return self.lasting_names(person)[0]

    def lasting_names(self, person: str) -> tuple[str, str | None]:
        """The lasting name, and the one of before while what stands under it is being moved."""
        keys = self._private
        current = 1 + len(keys.nesting)
        is_moving = keys.is_moving and generation(person) < current
        return _nested(keys, person, current), _nested(keys, person, current - 1) if is_moving else None

    @property
    def generation(self) -> int:
        """How many keys lie over one another in a lasting name."""
        return 1 + len(self._private.nesting)

    @property
    def is_moving(self) -> bool:
        """Whether what outlives a person may still stand under the name of before."""
        return self._private.is_moving

    def renew(self) -> None:
        """Read the private secret again, now. Raises StorageUnavailable."""
        self._kept_private = self._read_private()

    @property
    def data_version(self) -> int:
        """The version of the data key that seals now: the first byte of what it seals."""
        return self._private.current

    def seal(self, plain: str, context: str) -> bytes:
        """Encrypt (AES-256-GCM). `context` names the place it is kept in; it opens there and nowhere else."""
        return self.seal_bytes(plain.encode(), context)

    def seal_bytes(self, plain: bytes, context: str) -> bytes:
        """The same for what is bytes already."""
        keys = self._private
        version = keys.current
        nonce = os.urandom(_NONCE)
        sealed: bytes = self._cipher(keys.data[version]).encrypt(nonce, plain, context.encode())
        return b"%c%b%b" % (version, nonce, sealed)

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt; cryptography's InvalidTag where the text was changed or belongs to another place."""
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        return bytes(self._cipher(self._data_key(sealed[0])).decrypt(nonce, body, context.encode())).decode()

    def sign(self, text: str) -> str:
        """A signature (HMAC-SHA256, hex) of what the consent ledgers must be able to prove for ever.

        Its key comes from the one that is never retired.
        """
        key = hmac.digest(self._private.person, b"consent-ledger", "sha256")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    @property
    def link_salt(self) -> str:
        """The salt of link codes."""
        return self._private.link_salt

    @property
    def _identifiers(self) -> _IdentifierKeys:
        kept = self._kept_identifiers
        if kept is None or self._clock.now() - kept.read_at >= SECRETS_KEPT:
            kept = self._kept_identifiers = self._renewed(kept, self._read_identifiers)
        return kept

    @property
    def _private(self) -> _PrivateKeys:
        kept = self._kept_private
        if kept is None or self._clock.now() - kept.read_at >= SECRETS_KEPT:
            kept = self._kept_private = self._renewed(kept, self._read_private)
        return kept

    def _renewed(self, kept: _Keys | None, read: Callable[[], _Keys]) -> _Keys:
        try:
            return read()
        except StorageUnavailable:
            if kept and self._clock.now() - kept.read_at < 2 * SECRETS_KEPT:
                return kept
            raise

    def _read_identifiers(self) -> _IdentifierKeys:
        secret = json.loads(self._read("identifiers"))
        keys = _decoded(secret.get("keys") or {"1": secret["key"]})
        current: int = secret.get("current", 1)
        return _IdentifierKeys({current: keys[current], **keys}, current, self._clock.now())

    def _read_private(self) -> _PrivateKeys:
        secret = json.loads(self._read("private"))
        nesting = nesting_of(secret)
        return _PrivateKeys(
            person=base64.b64decode(secret["person"]),
            nesting=tuple(base64.b64decode(nesting["keys"][str(n)]) for n in range(2, nesting["current"] + 1)),
            is_moving=nesting["phase"] == "introduced",
            data=_decoded(secret["data"]),
            current=secret["current"],
            link_salt=secret["link_salt"],
            read_at=self._clock.now(),
        )

    def _data_key(self, version: int) -> bytes:
        if version not in self._private.data:
            self.renew()  # Sealed under a key that is younger than what is kept.
        return self._private.data[version]

    def _cipher(self, key: bytes) -> Any:
        cipher = self._ciphers.get(key)
        if cipher is None:
            # Imported here: collect and redirect never decrypt, and should not pay for it at their cold start.
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            cipher = self._ciphers[key] = AESGCM(key)
        return cipher


def _nested(keys: _PrivateKeys, name: str, wanted: int) -> str:
    known, hashed = generation(name), name.rpartition(".")[2]
    for key in keys.nesting[known - 1 : wanted - 1]:
        hashed = nest(key, hashed)
    return f"{wanted}.{hashed}" if known < wanted else name


def nest(key: bytes, person: str) -> str:
    """A person under one more key. No phone is needed for it."""
    return hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:40]


def nesting_of(private: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys over that of `person`, by generation, the current one and the phase of its coming.

    Raises ConfigurationError where a key was added by hand: everything that stands under the name of before, each
    opposition too, would be found no more. `relance keys nest` moves it.
    """
    nesting: Mapping[str, Any] = private.get("nesting", {"keys": {}, "current": 1, "phase": "steady", "since": 0})
    marked = sorted(map(int, nesting["keys"])) == list(range(2, nesting["current"] + 1))
    if isinstance(private["person"], str) and marked:
        return nesting
    raise ConfigurationError(
        "secret private", "a key of `person` was added by hand: take it out, use relance keys nest"
    )


def new_key() -> str:
    """A fresh key of 256 bits, as secrets hold it."""
    return base64.b64encode(os.urandom(32)).decode()


def compact(data: Any) -> bytes:
    """Plain data as the JSON that is sealed: in UTF-8, without spaces. ValueError for half a surrogate pair."""
    return _to_json()(data, fallback=dict)


@cache
def _to_json() -> Callable[..., bytes]:
    # Imported late, as above. It takes a fifth of the standard library's time, and an import seals three for each row.
    from pydantic_core import to_json

    return to_json


def _keyed(key: bytes, version: int, sha256_hex: str) -> str:
    digest = hmac.digest(key, sha256_hex.encode(), "sha256").hex()
    return digest if version == 1 else f"{version}.{digest}"


def _decoded(keys: Mapping[str, str]) -> dict[int, bytes]:
    return {int(version): base64.b64decode(key) for version, key in keys.items()}


def secrets_reader(ssm: Callable[[], Call], path: str) -> Callable[[str], str]:
    """Read the stage's secrets from SSM; the reader raises StorageUnavailable.

    The client is made at the first read: most requests need none.
    """

    def read(name: str) -> str:
        try:
            answer = ssm()("GetParameter", {"Name": f"{path}/{name}", "WithDecryption": True})
        except CallRefused as refused:
            raise StorageUnavailable(f"secret {name}: {refused.code}") from refused
        return str(answer["Parameter"]["Value"])

    return read


def new_secrets() -> dict[str, str]:
    """Fresh secrets for a new stage: name to JSON."""
    return {
        "identifiers": json.dumps({"keys": {"1": new_key()}, "current": 1}),
        "private": json.dumps(
            {"person": new_key(), "data": {"1": new_key()}, "current": 1, "link_salt": secrets.token_hex(16)}
        ),
    }
