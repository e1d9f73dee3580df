"""Calls without boto3: for collect and redirect, whose price boto3 would be (docs/adr/0013).

AWS's JSON protocol over one connection, signed by signing.py. What is called this way may be done twice: a lost answer
is followed by the same call again, as boto3 does. An update that sets a click's facts sets the same ones, a put
replaces the item by itself, and a transaction carries a token; a counter of drops may count twice, and says so.
"""

from __future__ import annotations

import json
import random
import time
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.calls import CallRefused, as_json
from chalicelib.aws.connection import Answer, Broken, Connection
from chalicelib.aws.signing import Signer
from chalicelib.errors import StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.settings import AwsAccess

_ATTEMPTS = 3
_FIRST_PAUSE_S = 0.05
_CONNECT_S, _ANSWER_S = 1, 3
LONGEST_S = _ATTEMPTS * (_CONNECT_S + _ANSWER_S) + sum(_FIRST_PAUSE_S * 2**n for n in range(1, _ATTEMPTS))
"""What a call takes at most, where each attempt connects and then hears nothing."""
_PROTOCOLS = {"dynamodb": ("DynamoDB_20120810", "1.0"), "ssm": ("AmazonSSM", "1.1")}
_TRY_AGAIN = frozenset(
    {
        "BandwidthLimitExceeded",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""What boto3's standard mode tries again."""


class LeanClient:
    """One service, as `Call`, with boto.py's time-outs and attempts. Not for several threads."""

    def __init__(
        self,
        service: str,
        access: AwsAccess,
        *,
        connect_s: float = _CONNECT_S,
        answer_s: float = _ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        prefix, version = _PROTOCOLS[service]
        content_type = f"application/x-amz-json-{version}"
        self._prefix = prefix
        self._connection = Connection(access.endpoint(service), connect_s=connect_s, answer_s=answer_s)
        self._signer = Signer(access, service, self._connection.host, content_type)
        token = f"X-Amz-Security-Token: {access.session_token}\r\n" if access.session_token else ""
        self._head = (
            f"POST / HTTP/1.1\r\nHost: {self._connection.host}\r\nContent-Type: {content_type}\r\n{token}"
            "Accept-Encoding: identity\r\nUser-Agent: relance\r\n"
        )
        self._sleep = sleep

    def __call__(self, operation: str, request: Mapping[str, Any] | str) -> dict[str, Any]:
        """As Call says."""
        if not isinstance(request, str):
            if operation == "TransactWriteItems":
                request = {"ClientRequestToken": random_token(), **request}
            request = as_json(request)
        target = f"{self._prefix}.{operation}"
        body = request.encode()
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._attempt(target, body)
            except (OSError, Broken):
                pass
            except CallRefused as refused:
                if not refused.may_pass:
                    raise
            # Between nothing and twice as long each time: many who failed together do not come back together.
            self._sleep(random.random() * _FIRST_PAUSE_S * 2**attempt)  # noqa: S311 - not a secret
        try:
            return self._attempt(target, body)
        except (OSError, Broken) as error:
            raise StorageUnavailable(_named(error)) from error

    def _attempt(self, target: str, body: bytes) -> dict[str, Any]:
        # The machine's own time, whatever the stage's clock shows: AWS refuses any other.
        stamp, authorization = self._signer.sign(target, body, time.time())  # noqa: TID251
        head = (
            f"{self._head}X-Amz-Date: {stamp}\r\nX-Amz-Target: {target}\r\n"
            f"Authorization: {authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        answer = self._connection.exchange(head.encode() + body)
        content = _content(answer)
        if answer.status == 200:
            return content
        code = str(content.get("__type", answer.status)).rpartition("#")[2].partition(":")[0]
        raise CallRefused(code, content, may_pass=answer.status >= 500 or code in _TRY_AGAIN)


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, Broken) and error.args else type(error).__name__


def _content(answer: Answer) -> dict[str, Any]:
    checksum = answer.headers.get(b"x-amz-crc32")
    if checksum is not None and checksum != b"%d" % zlib.crc32(answer.body):
        raise Broken("the answer is not what was sent")
    try:
        content = json.loads(answer.body, object_hook=_with_bytes if b'"B"' in answer.body else None)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        return content
    if answer.status >= 500:
        return {}  # A balancer's page in HTML.
    raise Broken("the answer is not JSON")


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value `{"B": base64}` as boto3 gives it. An item's attribute that is called B holds a dict."""
    if len(value) == 1 and isinstance(raw := value.get("B"), str):
        return {"B": b64decode(raw)}
    return value
