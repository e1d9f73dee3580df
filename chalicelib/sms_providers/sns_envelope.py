"""What an Amazon SNS topic posts to an address, and how it proves that it is Amazon's and the right topic's.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: the certificate is fetched from Amazon's
own host only, and signs the fields in the order of their names.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, Forbidden, InvalidInput

_AMAZON = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_CERTIFICATES_KEPT = 8

Fetch = Callable[[str], bytes]
"""The body of an address."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message of a topic, once it is known to be genuine."""

    kind: str
    """`Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`."""
    id: str
    """The same when it is delivered again."""
    message: str
    at: int | None = None
    """When it was published (epoch ms)."""
    subscribe_url: str | None = None


class Topics:
    """Opens envelopes. `fetch` gets Amazon's certificates, which are kept."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._certificates: dict[str, bytes] = {}

    def open(self, body: bytes, topics: frozenset[str]) -> Envelope:
        """The envelope of one of these topics. Raises Forbidden where it is not, InvalidInput where it is none."""
        given = _fields(body)
        if given.get("TopicArn") not in topics:
            raise Forbidden("this is none of the topics of the account")
        self._verify(given)
        url = given.get("SubscribeURL")
        at = _published(given["Timestamp"])
        return Envelope(given["Type"], given["MessageId"], given["Message"], at, _amazons(url) if url else None)

    def confirm(self, envelope: Envelope) -> None:
        """Take a topic's subscription, by its own address."""
        if envelope.subscribe_url:
            self._fetch(envelope.subscribe_url)

    def _verify(self, given: Mapping[str, str]) -> None:
        # Imported here: only a topic's message pays for it.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.x509 import load_pem_x509_certificate

        names = _NOTIFICATION if given["Type"] == "Notification" else _CONFIRMATION
        signed = "".join(f"{name}\n{given[name]}\n" for name in names if name in given)
        digest = hashes.SHA256() if given.get("SignatureVersion") == "2" else hashes.SHA1()  # noqa: S303 - as Amazon signs
        try:
            key = load_pem_x509_certificate(self._certificate(given["SigningCertURL"])).public_key()
            signature = base64.b64decode(given["Signature"])
            if not isinstance(key, RSAPublicKey):
                raise Forbidden("the certificate holds no RSA key")
            key.verify(signature, signed.encode(), PKCS1v15(), digest)
        except (InvalidSignature, ValueError):
            raise Forbidden("the signature is not Amazon's for this message") from None

    def _certificate(self, url: str) -> bytes:
        if not _amazons(url).endswith(".pem"):
            raise Forbidden("the certificate is not Amazon's")
        if url not in self._certificates:
            if len(self._certificates) >= _CERTIFICATES_KEPT:
                self._certificates.clear()
            self._certificates[url] = self._fetch(url)
        return self._certificates[url]


def _published(timestamp: str) -> int | None:
    try:
        return round(datetime.fromisoformat(timestamp).timestamp() * SECOND)
    except ValueError:
        return None


def _amazons(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not _AMAZON.fullmatch(parts.netloc):
        raise Forbidden("the address is not Amazon's")
    return url


def _fields(body: bytes) -> dict[str, str]:
    try:
        given: Any = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InvalidInput([FieldError("body", "json_object", "must be a JSON object")])
    missing = [
        FieldError(name, "required", "is missing")
        for name in ("Type", "MessageId", "TopicArn", "Message", "Timestamp", "Signature", "SigningCertURL")
        if not isinstance(given.get(name), str)
    ]
    if missing:
        raise InvalidInput(missing)
    return {name: value for name, value in given.items() if isinstance(value, str)}
