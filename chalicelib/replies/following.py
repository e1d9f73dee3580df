"""What goes on from a reply outside of its thread: the journey that it answers, and whoever wants to be told."""

from __future__ import annotations

from chalicelib.journeys.endings import Endings
from chalicelib.replies.inbound import Reply


class JourneyReplies:
    """The journey of the SMS that is answered: it knows the answer, and may end by it (J1, J3)."""

    def __init__(self, endings: Endings) -> None:
        self._endings = endings

    def follow(self, reply: Reply) -> None:
        """Tell the journey."""
        if reply.message:
            self._endings.replied(reply.message, reply.reading.intent, reply.at)
