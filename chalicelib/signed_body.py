"""Signed webhooks, as tools send them to Relance: a body, its time, and a signature over both."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from chalicelib.clock import MINUTE, SECOND
from chalicelib.errors import Forbidden

TOLERANCE = 5 * MINUTE
"""How far a signature's time may be from ours."""

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, body: bytes, at: int) -> str:
    """What a tool sends as `X-Relance-Signature`: HMAC-SHA256 of its time (seconds), a dot and the raw body."""
    seconds = at // SECOND
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"


def check_signature(secret: str, body: bytes, header: str, now: int) -> None:
    """Forbidden where the header is not the body's signature, or is older or younger than five minutes."""
    found = _SIGNATURE.fullmatch(header.replace(" ", ""))
    if not found:
        raise Forbidden("sign the body: X-Relance-Signature: t=<seconds>,v1=<HMAC-SHA256 of t, a dot and the body>")
    at = int(found[1]) * SECOND
    if not hmac.compare_digest(signature(secret, body, at), f"t={found[1]},v1={found[2]}"):
        raise Forbidden("the signature is not this body's")
    if abs(now - at) > TOLERANCE:
        raise Forbidden("the signature's time is more than five minutes from ours")


def base64_signature(secret: str, body: bytes) -> str:
    """The HMAC-SHA256 of a body in base64, as Shopify and WooCommerce sign. It holds no time."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def check_base64_signature(secret: str, body: bytes, header: str) -> None:
    """Forbidden where the header is not the body's signature."""
    if not hmac.compare_digest(base64_signature(secret, body).encode(), header.strip().encode("utf-8", "replace")):
        raise Forbidden("the signature is not this body's")
