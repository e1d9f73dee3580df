"""The receipt queue (SQS): what providers report, until it is applied. Receipts name messages, texts are sealed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SealedText:
    """An SMS from a phone. `sealed` opens for its id alone."""

    id: str
    sealed: bytes


class ReceiptQueue:
    """Puts what one call brought on the queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(
        self, receipts: Sequence[dict[str, Any]], texts: Sequence[SealedText], given_up: Sequence[str] = ()
    ) -> None:
        """Queue reports, if there are any. StorageUnavailable where the queue does not take them."""
        if not receipts and not texts and not given_up:
            return
        sealed = [{"id": text.id, "sealed": base64.b64encode(text.sealed).decode()} for text in texts]
        try:
            body = json.dumps({"receipts": list(receipts), "texts": sealed, "given_up": list(given_up)})
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
        except (ClientError, BotoCoreError) as error:
            raise StorageUnavailable(type(error).__name__) from error


def decode(body: str) -> tuple[list[dict[str, Any]], list[SealedText], list[str]]:
    """Reports off the queue: receipts, texts, and the long texts whose rest is waited for no more."""
    parsed = json.loads(body)
    texts = [SealedText(text["id"], base64.b64decode(text["sealed"])) for text in parsed["texts"]]
    return parsed["receipts"], texts, parsed.get("given_up", [])
