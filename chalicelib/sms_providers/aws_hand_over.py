"""A hand-over to one of Amazon's services, and what is known where it fails. It is never made twice by the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib.sms_providers.contract import FailureKind, SendError
from chalicelib.sms_providers.transport import NoAnswer

_SERVER_FAILED = 500
_THROTTLED = frozenset(("Throttling", "ThrottlingException", "Throttled", "ThrottledException", "TooManyRequests"))


def hand_over(
    call: Callable[..., Mapping[str, Any]],
    given: Mapping[str, Any],
    refusal: Callable[[str, Mapping[str, Any]], FailureKind],
) -> Mapping[str, Any]:
    """The answer to a call. Raises SendError, or NoAnswer where the SMS may have left.

    `refusal` gives the kind for an error's code and its answer; throttling and the service's own faults are known here.
    """
    try:
        return call(**given)
    except ClientError as error:
        answer: Mapping[str, Any] = error.response
        code = str(answer.get("Error", {}).get("Code", ""))
        if code in _THROTTLED:
            raise SendError("retryable") from None
        if answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_FAILED:
            raise NoAnswer(code) from None
        raise SendError(refusal(code, answer)) from None
    except (EndpointConnectionError, ConnectTimeoutError):
        raise SendError("retryable") from None
    except BotoCoreError as error:
        raise NoAnswer(type(error).__name__) from None
