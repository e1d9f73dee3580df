"""The notice queue (SQS): what is to be told outside now, or in so many seconds. Orders name items, not people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.logs import log
from chalicelib.storage.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10


class NoticeQueue:
    """Puts orders on the queue, ten a call."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, orders: Sequence[tuple[Key, int]]) -> None:
        """Queue the keys of what is due, each with its delay in seconds.

        What SQS does not take is logged: the item stands in the index `due`, and the tick gives the order again.
        """
        for start in range(0, len(orders), _BATCH):
            part = orders[start : start + _BATCH]
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(place), "MessageBody": json.dumps(key), "DelaySeconds": delay_s}
                        for place, (key, delay_s) in enumerate(part)
                    ],
                )
                failed = [part[int(one["Id"])][0] for one in answer.get("Failed", [])]
            except (ClientError, BotoCoreError):
                failed = [key for key, _ in part]
            for key in failed:
                log("notice_not_queued", notice=key[1])


def decode(body: str) -> Key:
    """An order off the queue."""
    pk, sk = json.loads(body)
    return pk, sk
