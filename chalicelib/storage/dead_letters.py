"""Orders that were given again and again and could not be carried out: the send queue's dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable
from chalicelib.storage.send_queue import Order, StepOrder, decode

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_BATCH = 10
_A_CALL_S = 0.2
"""How long a call may take: who looks hides letters from others as long as looking takes."""
_MOVED_S = 60


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An order that nobody could carry out."""

    order: Order | StepOrder
    received: int
    """How often it was tried since it lies here, and looked at."""


class DeadLetters:
    """Looks at dead letters, and gives them once more. Raises StorageUnavailable where SQS does not answer."""

    def __init__(self, client: SQSClient, url: str, target: str) -> None:
        self._client = client
        self._url = url
        self._target = target

    def look(self, most: int) -> list[DeadLetter]:
        """Up to `most` of them; they stay. Two who look at once see parts."""
        with _answered():
            return [
                DeadLetter(decode(letter["Body"]), int(letter["Attributes"]["ApproximateReceiveCount"]))
                for letter in self._receive(most, 2 + int(most / _BATCH * _A_CALL_S))
            ]

    def redrive(self, most: int) -> int:
        """Put up to `most` orders back on the send queue. One whose message has moved on does nothing there."""
        moved = 0
        with _answered():
            for letter in self._receive(most, _MOVED_S):
                # First there, then away from here: in between it is in both, and an order may come twice.
                self._client.send_message(QueueUrl=self._target, MessageBody=letter["Body"])
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"])
                moved += 1
        return moved

    def _receive(self, most: int, hidden_s: int) -> list[MessageTypeDef]:
        letters: dict[str, MessageTypeDef] = {}
        while len(letters) < most:
            got = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(_BATCH, most - len(letters)),
                VisibilityTimeout=hidden_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            ).get("Messages", [])
            new = {letter["MessageId"]: letter for letter in got if letter["MessageId"] not in letters}
            if not new:
                break
            letters |= new
        return list(letters.values())


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StorageUnavailable(type(error).__name__) from error
