"""The send queue (SQS): orders to look at a message now, or in so many seconds. Orders name messages, not people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10


@dataclass(frozen=True, slots=True)
class Order:
    """Send this message, if it is still at this version."""

    message: str
    version: int
    lease: int = 0
    """The end of the message's lease for which the order was given (epoch ms): a later one has an order of its own."""
    delay_s: int = 0


class SendQueue:
    """Puts orders on the queue, ten a call."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, orders: list[Order]) -> None:
        """Queue orders. One that SQS does not take is logged: the message's lease brings it back."""
        for start in range(0, len(orders), _BATCH):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(position), "MessageBody": encode(order), "DelaySeconds": order.delay_s}
                for position, order in enumerate(orders[start : start + _BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                raise StorageUnavailable(type(error).__name__) from error
            for failed in answer.get("Failed", []):
                log("order_not_queued", message=orders[start + int(failed["Id"])].message, code=failed["Code"])


def encode(order: Order) -> str:
    """An order as the queue carries it."""
    return json.dumps({"message": order.message, "version": order.version, "lease": order.lease})


def decode(body: str) -> Order:
    """An order off the queue."""
    parsed = json.loads(body)
    return Order(parsed["message"], parsed["version"], parsed.get("lease", 0))
