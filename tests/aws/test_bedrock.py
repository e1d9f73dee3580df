"""The request that Bedrock's Converse is sent, byte by byte, and what its answers and failures become."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

from chalicelib.aws.bedrock import Bedrock
from chalicelib.aws.boto import config_of
from chalicelib.errors import ModelUnavailable

MODEL = "eu.amazon.nova-lite-v1:0"


class Wire:
    """What goes over the wire: requests kept, and one answer."""

    def __init__(self, status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> None:
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-3")
        self.client = session.client("bedrock-runtime", config=config_of("bedrock-runtime"))
        self.requests: list[Any] = []
        self._answer = (status, body, headers or {"content-type": "application/json"})
        self.client.meta.events.register("before-send", self._send)

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        self.requests.append(request)
        status, body, headers = self._answer
        if isinstance(body, Exception):
            raise body

        class Raw:
            def stream(self, **_: Any) -> Any:
                yield json.dumps(body).encode()

        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), Raw())


def test_the_request_and_the_answers_text() -> None:
    said = {
        "message": {
            "role": "assistant",
            "content": [{"text": "un"}, {"reasoningContent": {"reasoningText": {"text": "so"}}}, {"text": "deux"}],
        }
    }
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    wire = Wire(body={"output": said, "stopReason": "end_turn", "usage": usage, "metrics": {"latencyMs": 1}})
    assert Bedrock(lambda: wire.client, MODEL).write("rules", "facts") == "un\ndeux"
    (request,) = wire.requests
    assert request.method == "POST"
    assert request.url == ("https://bedrock-runtime.eu-west-3.amazonaws.com/model/eu.amazon.nova-lite-v1%3A0/converse")
    assert json.loads(request.body) == {
        "system": [{"text": "rules"}],
        "messages": [{"role": "user", "content": [{"text": "facts"}]}],
        "inferenceConfig": {"maxTokens": 400, "temperature": 0.7},
    }


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDeniedException"), (429, "ThrottlingException"), (503, "ServiceUnavailableException")],
)
def test_a_refusal_is_told_by_its_code_and_not_tried_again(status: int, code: str) -> None:
    wire = Wire(status, {"message": "who asked what"}, {"x-amzn-errortype": code, "content-type": "application/json"})
    with pytest.raises(ModelUnavailable) as refused:
        Bedrock(lambda: wire.client, MODEL).write("rules", "facts")
    assert str(refused.value) == code
    assert len(wire.requests) == 1


def test_a_model_that_thinks_too_long_is_given_up() -> None:
    wire = Wire(body=ReadTimeoutError(endpoint_url="https://bedrock.example"))
    with pytest.raises(ModelUnavailable, match="ReadTimeoutError"):
        Bedrock(lambda: wire.client, MODEL).write("rules", "facts")
    assert len(wire.requests) == 1
    assert wire.client.meta.config.read_timeout == 20
