"""Tells outside what a text has led to: a STOP, or a conversation that waits (docs/webhooks.md)."""

from __future__ import annotations

from typing import Any

from chalicelib.clock import Clock
from chalicelib.replies.notices import Waiting
from chalicelib.replies.seeing import Seen
from chalicelib.storage.ledger import EVERYONE
from chalicelib.storage.threads import Threads
from chalicelib.webhooks.announcer import Announcer


class Telling:
    """Called before a text is settled, as often as it comes: each thing is told once."""

    def __init__(self, announcer: Announcer, waiting: Waiting, threads: Threads, clock: Clock) -> None:
        self._announcer = announcer
        self._waiting = waiting
        self._threads = threads
        self._clock = clock

    def tell(self, name: str, seen: Seen) -> None:
        """Tell, by the text's name, whom its STOP was said to, and whose thread waits. Raises StorageUnavailable."""
        own, everywhere = seen.whose.advertiser, EVERYONE in seen.course.oppose
        for advertiser in sorted((seen.course.oppose | ({own} if own and everywhere else set())) - {EVERYONE}):
            body: dict[str, Any] = {"received_at": seen.at, "grade": seen.reading.stop, "everywhere": everywhere}
            if advertiser == own:
                body["conversation"] = self._threads.id_of(own, seen.person)
            self._announcer.announce(advertiser, "stop.received", name, body)
        if own and (thread := self._threads.get(own, seen.person)):
            self._waiting.tell(thread, self._clock.now())
