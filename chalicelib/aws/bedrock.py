"""Amazon Bedrock's models, by Converse (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).

The request is the same for every model; which one is a setting: the id of a model, or of an inference profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.errors import ModelUnavailable

_MOST_TOKENS = 400
_TEMPERATURE = 0.7


class Bedrock:
    """`client` gives boto3's of `bedrock-runtime`: it is made when it is first asked."""

    def __init__(self, client: Callable[[], Any], model: str) -> None:
        self._client = client
        self._model = model

    def write(self, rules: str, asked: str) -> str:
        """The answer's text. Raises ModelUnavailable where there is none, with the service's own code."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: Mapping[str, Any] = self._client().converse(
                modelId=self._model,
                system=[{"text": rules}],
                messages=[{"role": "user", "content": [{"text": asked}]}],
                inferenceConfig={"maxTokens": _MOST_TOKENS, "temperature": _TEMPERATURE},
            )
        except ClientError as error:
            raise ModelUnavailable(str(error.response.get("Error", {}).get("Code", ""))) from None
        except BotoCoreError as error:
            raise ModelUnavailable(type(error).__name__) from None
        blocks = answer.get("output", {}).get("message", {}).get("content", [])
        return "\n".join(block["text"] for block in blocks if "text" in block)
