"""Notes with an SMS what its person did about it, once, and counts it among the SMS of its hour."""

from __future__ import annotations

from typing import Literal

from chalicelib.messaging.stop_watch import answered
from chalicelib.storage import cohorts
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.messages import Message, Messages, first
from chalicelib.storage.opposition_log import Record
from chalicelib.storage.table import TransactionRefused


class Responses:
    """Everything here may be repeated: the first of each kind counts."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def replied(self, message: Message, at: int) -> None:
        """A text came that answers an SMS."""
        self._note(message, "replied_at", "replied", at)

    def opposed(self, ledger: Ledger, said: Record) -> None:
        """A no was recorded: it counts with the SMS that it answers, if any."""
        send = answered(ledger, said)
        message = self._messages.get(send.message) if send else None
        if message:
            self._note(message, "opposed_at", "opposed", said.at)

    def _note(self, message: Message, moment: Literal["replied_at", "opposed_at"], what: str, at: int) -> None:
        noted = first(message.id, moment, at)
        try:
            self._messages.commit([noted, cohorts.of_message(message).moved(message.id, {what: 1})])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
