"""Where a webhook is, and what its deliveries are signed with: sealed in the table, since each opens a door.

Signatures are those of Standard Webhooks 1.0.0
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field

from chalicelib.clock import SECOND
from chalicelib.vault import Vault

_PREFIX = "whsec_"
_SECRET_BYTES = 32
"""The specification wants 24 to 64."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as its owner knows it. One that was replaced signs beside the new one until its time (epoch ms)."""

    value: str = field(repr=False)
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and its secrets, the current one first."""

    url: str = field(repr=False)
    secrets: tuple[Secret, ...]

    def sealed(self, vault: Vault, webhook_id: str) -> bytes:
        """As the table keeps it."""
        return vault.seal(json.dumps(asdict(self)), _place(webhook_id))

    def rotated(self, value: str, now: int, overlap: int) -> Endpoint:
        """With a new secret: the current one goes on beside it for `overlap` ms, older ones end."""
        former = Secret(self.secrets[0].value, now + overlap)
        return Endpoint(self.url, (Secret(value), former) if overlap else (Secret(value),))

    def headers(self, delivery_id: str, body: bytes, now: int, real: int) -> dict[str, str]:
        """What a delivery carries: its id, the time of this attempt, a signature by each secret that holds.

        `now` is the stage's time, which secrets end by; `real` is the one that receivers know.
        """
        live = [secret.value for secret in self.secrets if secret.until is None or now < secret.until]
        seconds = real // SECOND
        return {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(signature(value, delivery_id, seconds, body) for value in live),
        }


def opened(vault: Vault, webhook_id: str, sealed: bytes) -> Endpoint:
    """What the table keeps of a webhook's place."""
    facts = json.loads(vault.open(sealed, _place(webhook_id)))
    return Endpoint(facts["url"], tuple(Secret(**secret) for secret in facts["secrets"]))


def new_secret() -> str:
    """256 random bits, written as the specification says."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, delivery_id: str, seconds: int, body: bytes) -> str:
    """The HMAC-SHA256 of id, time (seconds since 1970) and body, with dots between them."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.digest(key, f"{delivery_id}.{seconds}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"


def _place(webhook_id: str) -> str:
    return f"webhook/{webhook_id}"
