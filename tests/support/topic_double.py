"""An Amazon SNS topic that posts to an address, with a certificate of its own."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

TOPIC = "arn:aws:sns:eu-west-3:123456789012:relance"
CERTIFICATE = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0000.pem"
SUBSCRIBE = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&Token=t"


class Topic:
    """Signs what it posts. `fetched` are the addresses that were asked for."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=365))
            .sign(self._key, hashes.SHA256())
        )
        self._pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.fetched: list[str] = []

    def fetch(self, url: str) -> bytes:
        """The certificate."""
        self.fetched.append(url)
        return self._pem

    def notification(self, message: Any, version: str = "2", **changes: str) -> bytes:
        """A message of the topic, signed; `changes` come after the signature."""
        given = {
            "Type": "Notification",
            "MessageId": "m-1",
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-03-02T10:00:00.000Z",
        }
        return self._signed(given, ("Message", "MessageId", "Timestamp", "TopicArn", "Type"), version, changes)

    def confirmation(self, **changes: str) -> bytes:
        """What a topic posts first of all."""
        given = {
            "Type": "SubscriptionConfirmation",
            "MessageId": "m-0",
            "Token": "t",
            "TopicArn": TOPIC,
            "Message": "You have chosen to subscribe to the topic",
            "SubscribeURL": SUBSCRIBE,
            "Timestamp": "2026-03-02T10:00:00.000Z",
        }
        names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        return self._signed(given, names, "1", changes)

    def _signed(self, given: dict[str, str], names: tuple[str, ...], version: str, changes: dict[str, str]) -> bytes:
        text = "".join(f"{name}\n{given[name]}\n" for name in names)
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = base64.b64encode(self._key.sign(text.encode(), PKCS1v15(), digest)).decode()
        signed = {"SignatureVersion": version, "Signature": signature, "SigningCertURL": CERTIFICATE}
        return json.dumps(given | signed | changes).encode()
