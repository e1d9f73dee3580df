"""What a conversation goes back to: the SMS that its person was sent before anybody answered."""

from __future__ import annotations

from chalicelib.messaging.answer_rules import COUNTED_AS
from chalicelib.replies.inbound import Reply
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages


class AskedBefore:
    """Finds it. "Encore merci" answers our thanks, and is about the review that was asked for."""

    def __init__(self, ledgers: Ledgers, messages: Messages) -> None:
        self._ledgers = ledgers
        self._messages = messages

    def of(self, reply: Reply) -> Message | None:
        """The newest SMS of the reply's advertiser from before the reply that is no answer itself."""
        if reply.message is None or not reply.message.is_answer:
            return reply.message
        sends = [
            send
            for send in self._ledgers.get(reply.to.person).sends
            if send.advertiser == reply.to.advertiser and send.message_class != COUNTED_AS and send.at <= reply.at
        ]
        return self._messages.get(max(sends, key=lambda send: send.at).message) if sends else None
