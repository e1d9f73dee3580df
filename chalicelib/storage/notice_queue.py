"""The notice queue (SQS): what is to be told outside now. Orders name items, not people."""

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

    def put(self, orders: Sequence[Key]) -> None:
        """Queue the keys of what is due.

        What SQS does not take is logged: the item stands in the index `due`, and the tick gives the order again.
        """
        for start in range(0, len(orders), _BATCH):
            part = orders[start : start + _BATCH]
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(place), "MessageBody": json.dumps(key)} for place, key in enumerate(part)],
                )
                failed = [part[int(one["Id"])] for one in answer.get("Failed", [])]
            except (ClientError, BotoCoreError):
                failed = list(part)
            for key in failed:
                log("notice_not_queued", notice=key[1])


def decode(body: str) -> Key:
    """An order off the queue."""
    pk, sk = json.loads(body)
    return pk, sk
