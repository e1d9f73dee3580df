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
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.calls import CallRefused, as_json
from chalicelib.aws.connection import Answer, Broken, Connection
from chalicelib.aws.signing import Signer
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.settings import AwsAccess

_ATTEMPTS = 3
_FIRST_PAUSE_S = 0.05
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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a service is waited for, in seconds."""

    connect_s: float
    answer_s: float
    """For a whole answer, however small the pieces that it comes in."""
    again_s: float
    """No further attempt begins later than this after the first one did."""

    @property
    def longest_s(self) -> float:
        """What a call takes at most, where the attempt that begins last connects slowly and then hears nothing."""
        return self.again_s + self.connect_s + self.answer_s


PATIENT = Patience(connect_s=1, answer_s=3, again_s=8.5)
"""boto.py's time-outs: time for three attempts, whatever each of them meets."""
IN_A_HURRY = Patience(connect_s=0.3, answer_s=0.6, again_s=0.75)
"""Somebody looks at an empty page: two attempts that hear nothing, or three that are refused at once."""


class LeanClient:
    """One service, as `Call`, with boto.py's attempts. Not for several threads."""

    def __init__(
        self,
        service: str,
        access: AwsAccess,
        *,
        patience: Patience = PATIENT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        prefix, version = _PROTOCOLS[service]
        content_type = f"application/x-amz-json-{version}"
        self._prefix = prefix
        self._again_s = patience.again_s
        self._connection = Connection(
            access.endpoint(service), connect_s=patience.connect_s, answer_s=patience.answer_s
        )
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
        again_until = time.monotonic() + self._again_s
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._attempt(target, body)
            except (OSError, Broken) as error:
                failed: Exception = error
            except CallRefused as refused:
                if not refused.may_pass:
                    raise
                failed = refused
            # Between nothing and twice as long each time: many who failed together do not come back together.
            pause = random.random() * _FIRST_PAUSE_S * 2**attempt  # noqa: S311 - not a secret
            if time.monotonic() + pause > again_until:
                raise _unavailable(failed) from failed
            self._sleep(pause)
        try:
            return self._attempt(target, body)
        except (OSError, Broken) as error:
            raise _unavailable(error) from error

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


def _unavailable(error: Exception) -> RelanceError:
    """What is raised of an attempt that was the last one."""
    if isinstance(error, CallRefused):
        return error
    return StorageUnavailable(str(error) if isinstance(error, Broken) and error.args else type(error).__name__)


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
