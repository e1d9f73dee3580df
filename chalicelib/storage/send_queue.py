"""The send queue (SQS): orders to look at a message now, or in so many seconds. Orders name messages, not people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log
from chalicelib.storage.keys import Key

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


@dataclass(frozen=True, slots=True)
class StepOrder:
    """Run the step that this enrolment waits for, if it is still at this version."""

    enrolment: Key
    version: int
    delay_s: int = 0


class SendQueue:
    """Puts orders on the queue, ten a call."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, orders: Sequence[Order | StepOrder]) -> None:
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
                order = orders[start + int(failed["Id"])]
                message = order.message if isinstance(order, Order) else None
                log("order_not_queued", message=message, code=failed["Code"])


def encode(order: Order | StepOrder) -> str:
    """An order as the queue carries it."""
    if isinstance(order, StepOrder):
        return json.dumps({"enrolment": order.enrolment, "version": order.version})
    return json.dumps({"message": order.message, "version": order.version, "lease": order.lease})


def decode(body: str) -> Order | StepOrder:
    """An order off the queue."""
    parsed = json.loads(body)
    if "enrolment" in parsed:
        pk, sk = parsed["enrolment"]
        return StepOrder((pk, sk), parsed["version"])
    return Order(parsed["message"], parsed["version"], parsed.get("lease", 0))
