"""Calls through boto3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.calls import Call, CallRefused
from chalicelib.errors import StorageUnavailable

# Requests are answered in milliseconds or not at all: a call that hangs is given up and tried again. Parameters are
# built in one place (storage/) and tested against the real service, so checking each of them again only costs time.
CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="relance",
)
# What S3 asks of an address that somebody else uploads to: signed by its newer scheme, with no checksum to send.
_S3_CONFIG = CLIENT_CONFIG.merge(Config(signature_version="s3v4", request_checksum_calculation="when_required"))

# An SMS is handed over once: these services know no key by which a second call would be the same one.
_HAND_OVER_CONFIG = CLIENT_CONFIG.merge(
    Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
)
# A model thinks for seconds; a person waits for it, and asks again.
_MODEL_CONFIG = CLIENT_CONFIG.merge(
    Config(connect_timeout=2, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 1})
)
_CONFIGS = {
    "bedrock-runtime": _MODEL_CONFIG,
    "s3": _S3_CONFIG,
    "sns": _HAND_OVER_CONFIG,
    "pinpoint-sms-voice-v2": _HAND_OVER_CONFIG,
}


def client(service: Any) -> Any:
    """A client with the environment's credentials and endpoint."""
    return boto3.client(service, config=config_of(service))


def config_of(service: str) -> Config:
    """How a service is called: how long it is waited for, and how often it is asked."""
    return _CONFIGS.get(service, CLIENT_CONFIG)


def calls_through(client: Any) -> Call:
    """The calls of a boto3 client."""

    @cache
    def take_texts() -> None:
        client.meta.events.register("before-parameter-build", _set_aside, unique_id="relance-set-aside")
        client.meta.events.register("before-call", _send_as_it_is, unique_id="relance-send-as-it-is")

    def call(operation: str, request: Mapping[str, Any] | str) -> dict[str, Any]:
        if isinstance(request, str):
            take_texts()
            request = {"TransactItems": [{}], _TEXT: request}
        try:
            answer: dict[str, Any] = getattr(client, _method(operation))(**request)
        except ClientError as error:
            response: Mapping[str, Any] = error.response
            raise CallRefused(response["Error"]["Code"], response) from error
        except BotoCoreError as error:
            raise StorageUnavailable(type(error).__name__) from error
        return answer

    return call


# A request that is text already goes around botocore's serializer, and through its signing and attempts as any other.
_TEXT = "relance-text"


def _set_aside(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context[_TEXT] = params.pop(_TEXT, None)


def _send_as_it_is(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    if text := context[_TEXT]:
        params["body"] = text.encode()


@cache
def _method(operation: str) -> str:
    name: str = xform_name(operation)
    return name
