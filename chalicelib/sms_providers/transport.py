"""One HTTP request to a provider, and exactly what is known where it fails.

A connection serves one request. One that was kept open may have been closed at the other end, and then nobody knows
whether the SMS that was written to it has left: a handshake more costs less than an unknown outcome.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from chalicelib.errors import ConfigurationError, RelanceError
from chalicelib.sms_providers.contract import SendError

_CONNECT_S = 3
_ANSWER_S = 10
_LARGEST = 1024 * 1024
_LOOPBACK = "127.0.0.1"


class NoAnswer(RelanceError):
    """The request may have been taken, and the answer does not say: nothing is known of the SMS."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body; NoAnswer where it is no JSON, as of a proxy on the way."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise NoAnswer(f"status {self.status}, and no JSON") from None


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """Make one request. Raises SendError `retryable` where no connection came about, else NoAnswer.

    Redirects are not followed: they are answers like others.
    """
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        try:
            connection.connect()
        except OSError:
            raise SendError("retryable") from None
        connection.sock.settimeout(_ANSWER_S)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read(_LARGEST))
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Post a body; raises as `request` does."""
    return request("POST", url, headers, body)


def fetch(url: str) -> bytes:
    """The body of a public address; NoAnswer where it is no success. Raises as `request` does."""
    answer = request("GET", url, {})
    if answer.status != http.client.OK:
        raise NoAnswer(f"status {answer.status}")
    return answer.body


def check_url(name: str, url: str) -> None:
    """ConfigurationError where a provider would be spoken to in the clear. This machine may be, for tests."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname == _LOOPBACK):
        raise ConfigurationError(name, "must begin with https://")


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_CONNECT_S, context=_tls())
    return http.client.HTTPConnection(host, port, timeout=_CONNECT_S)


@cache
def _tls() -> ssl.SSLContext:
    """One for all: reading the authorities' certificates takes longer than a request."""
    return ssl.create_default_context()
