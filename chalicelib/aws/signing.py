"""Signature Version 4 for the one form of request that the lean client sends: a POST of JSON to `/`.

The steps and their names are those of AWS's "Create a signed AWS API request"; tests compare it with botocore's.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256

from chalicelib.settings import AwsAccess

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs for one service at one host. The key is derived once a day, as its date changes."""

    def __init__(self, access: AwsAccess, service: str, host: str, content_type: str) -> None:
        self._access = access
        self._service = service
        self._key: tuple[str, bytes] = ("", b"")
        token = access.session_token
        self._signed_names = (
            "content-type;host;x-amz-date;" + ("x-amz-security-token;" if token else "") + "x-amz-target"
        )
        self._before_date = f"POST\n/\n\ncontent-type:{content_type}\nhost:{host}\nx-amz-date:"
        self._after_date = (f"\nx-amz-security-token:{token}" if token else "") + "\nx-amz-target:"

    def sign(self, target: str, body: bytes, now_s: float) -> tuple[str, str]:
        """`X-Amz-Date` and `Authorization` of a request, at `now_s` in epoch seconds."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
        day = stamp[:8]
        canonical = (
            f"{self._before_date}{stamp}{self._after_date}{target}\n\n{self._signed_names}\n{sha256(body).hexdigest()}"
        )
        scope = f"{day}/{self._access.region}/{self._service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(day), to_sign.encode(), "sha256").hex()
        credential = f"Credential={self._access.key_id}/{scope}"
        return stamp, f"{_ALGORITHM} {credential}, SignedHeaders={self._signed_names}, Signature={signature}"

    def _key_of(self, day: str) -> bytes:
        if self._key[0] != day:
            key = f"AWS4{self._access.secret_key}".encode()
            for part in (day, self._access.region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = day, key
        return self._key[1]
