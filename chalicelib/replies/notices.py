"""Tells an advertiser that a conversation waits: at once, or if it still waits after the time that was asked for."""

from __future__ import annotations

from typing import Any

from chalicelib.clock import Clock
from chalicelib.replies.waiting_mail import WaitingMail
from chalicelib.storage.keys import Key
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.notices import Note, NoticeBook
from chalicelib.storage.threads import Thread, Threads
from chalicelib.storage.webhooks import Webhooks
from chalicelib.webhooks.announcer import Announcer

EVENT = "conversation.waiting"
_LATELY = 10
"""How many texts of a thread are looked through for the last that came."""


class Waiting:
    """Whoever leaves a thread waiting tells it here; the notice queue's function comes back when it is due."""

    def __init__(
        self,
        *,
        book: NoticeBook,
        threads: Threads,
        webhooks: Webhooks,
        announcer: Announcer,
        mail: WaitingMail,
        queue: NoticeQueue,
        clock: Clock,
    ) -> None:
        self._book = book
        self._threads = threads
        self._webhooks = webhooks
        self._announcer = announcer
        self._mail = mail
        self._queue = queue
        self._clock = clock

    def tell(self, thread: Thread, now: int) -> bool:
        """Have it told that a thread waits; False where it does not, where nobody is told, or where it was noted.

        Call it before the cause is settled, as often as one likes: each waiting is noted once. StorageUnavailable.
        """
        settings = self._book.settings(thread.advertiser)
        if thread.state != "waiting" or not (settings or self._webhooks.listening(thread.advertiser, EVENT)):
            return False
        at = max(now, thread.waiting_since + settings.after_ms) if settings else now
        note = Note(thread.advertiser, thread.id, thread.waiting_since, at)
        if not self._book.note(note):
            return False
        if at <= now:
            self._queue.put([note.key])
        return True

    def due(self, key: Key) -> str:
        """Tell of a thread if it still waits; returns in a word what became of the note."""
        now = self._clock.now()
        note = self._book.noted(key)
        if note is None or note.next_at is None:
            return "settled"
        if now < note.next_at:
            return "early"
        thread = self._threads.by_id(note.thread)
        still = thread is not None and thread.state == "waiting" and thread.waiting_since == note.since
        if thread and still:
            self._announcer.announce(thread.advertiser, EVENT, f"{thread.id}@{note.since}", self._facts(thread))
            self._mail.add(note, now)
        self._book.settle(note)
        return "told" if still else "answered"

    def _facts(self, thread: Thread) -> dict[str, Any]:
        """What a webhook is told of a thread."""
        facts: dict[str, Any] = {
            "conversation": thread.id,
            "waiting_since": thread.waiting_since,
            "flags": sorted(thread.flags),
        }
        texts = self._threads.entries(thread.id, limit=_LATELY, newest_first=True)
        intent = next((text.intent for text in texts if text.direction == "in"), None)
        return facts | ({"intent": intent} if intent else {})
