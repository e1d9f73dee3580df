"""Stand-ins for what is outside: a provider, and a queue that holds orders until a test takes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import EndpointConnectionError

from chalicelib.sms_providers.contract import Accepted, Sms
from chalicelib.storage.opposition_log import OppositionLog, Record

HandOver = Callable[[Sms], None]


class RecordingProvider:
    """Takes every SMS and keeps it in `sent`. `before` and `after` run around its leaving."""

    name = "recording"
    idempotent = False
    reaches_phones = False

    def __init__(self) -> None:
        self.sent: list[Sms] = []
        self.before: HandOver | None = None
        self.after: HandOver | None = None
        self._lock = threading.Lock()

    def send(self, sms: Sms) -> Accepted:
        if self.before:
            self.before(sms)
        with self._lock:
            self.sent.append(sms)
        if self.after:
            self.after(sms)
        return Accepted(f"recorded-{sms.message_id}", self.name)

    def times(self, message_id: str) -> int:
        """How often a message was handed over."""
        return sum(sms.message_id == message_id for sms in self.sent)


class IdempotentProvider(RecordingProvider):
    """Takes each message id once: asked again, it answers the same, for the same SMS only."""

    idempotent = True

    def send(self, sms: Sms) -> Accepted:
        known = next((taken for taken in self.sent if taken.message_id == sms.message_id), None)
        if known is None:
            return super().send(sms)
        assert (known.to, known.sender, known.text) == (sms.to, sms.sender, sms.text), "the same key for another SMS"
        return Accepted(f"recorded-{sms.message_id}", self.name)


class InMemoryLog(OppositionLog):
    """The log of oppositions, without its bucket."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, record: Record) -> None:
        self.records.append(record)

    def since(self, at: int = 0) -> Iterator[Record]:
        return iter(sorted((record for record in self.records if record.at >= at), key=lambda record: record.at))

    def rename(self, lasting: Callable[[str], str]) -> int:
        before, self.records = self.records, [replace(one, person=lasting(one.person)) for one in self.records]
        return sum(one != other for one, other in zip(before, self.records, strict=True))


class InMemoryQueue:
    """The send queue's client: keeps what was put, with its delay."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.refuses: set[str] = set()
        """Bodies that hold one of these are not taken."""
        self.is_away = False

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if self.is_away:
            raise EndpointConnectionError(endpoint_url=QueueUrl)
        assert 1 <= len(Entries) <= 10, "SQS takes one to ten entries a call"
        assert all(0 <= entry.get("DelaySeconds", 0) <= 900 for entry in Entries), "SQS delays by 15 minutes at most"
        failed = [e for e in Entries if any(word in e["MessageBody"] for word in self.refuses)]
        self.entries += [entry for entry in Entries if entry not in failed]
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in failed]}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        if self.is_away:
            raise EndpointConnectionError(endpoint_url=QueueUrl)
        self.entries.append({"MessageBody": MessageBody})

    def batch(self) -> dict[str, Any]:
        """All orders as Lambda would hand them over; they stay."""
        return {"Records": [{"messageId": str(i), "body": e["MessageBody"]} for i, e in enumerate(self.entries)]}

    def drain(self) -> dict[str, Any]:
        """All orders as Lambda would hand them over, taken off the queue."""
        taken = self.batch()
        self.entries = []
        return taken
