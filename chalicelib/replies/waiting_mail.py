"""One e-mail for the conversations that wait: at most one in the time that the advertiser set, each told of once.

It says how many wait, since when and where to answer; never who wrote, or what.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import MailUnavailable
from chalicelib.logs import log
from chalicelib.replies.waiting_text import Waits, written
from chalicelib.storage.counters import Counters
from chalicelib.storage.keys import mailing as mailing_key
from chalicelib.storage.notice_queue import NoticeQueue
from chalicelib.storage.notices import Note, NoticeBook, NoticeSettings
from chalicelib.storage.threads import Threads
from chalicelib.vault import Vault

_MOST = 50
"""Threads in one e-mail; the others leave with the next."""
_LEASE = 2 * MINUTE
_AGAIN = 15 * MINUTE
"""After how long an e-mail that the service did not take is tried again."""


class Mail(Protocol):
    """Whatever sends e-mail."""

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Send one e-mail. Raises MailUnavailable."""


class WaitingMail:
    """`mail` is None on a stage that sends no e-mail: nothing is written then, and the log says so."""

    def __init__(
        self,
        *,
        book: NoticeBook,
        threads: Threads,
        counters: Counters,
        mail: Mail | None,
        queue: NoticeQueue,
        vault: Vault,
        origin: str,
        clock: Clock,
    ) -> None:
        self._book = book
        self._threads = threads
        self._counters = counters
        self._mail = mail
        self._queue = queue
        self._vault = vault
        self._origin = origin
        self._clock = clock

    def add(self, note: Note, now: int) -> None:
        """Have a thread told of by e-mail, if the advertiser wants any. Raises StorageUnavailable."""
        settings = self._book.settings(note.advertiser)
        if settings is None or not addresses(self._vault, settings):
            return
        if self._mail is None:
            log("mail_is_off", advertiser=note.advertiser)
            return
        last = self._book.mailing(note.advertiser).sent_at
        at = now if last is None else max(now, last + settings.every_ms)
        self._book.to_mail(note, at)
        if at <= now:
            self._queue.put([mailing_key(note.advertiser)])

    def due(self, advertiser: str) -> str:
        """Write the e-mail that is due; returns in a word what became of it. Raises StorageUnavailable.

        A worker that dies here leaves a lease: an e-mail may then come twice, and none is lost.
        """
        now = self._clock.now()
        known = self._book.mailing(advertiser)
        if known.next_at is None:
            return "settled"
        if now < known.next_at:
            return "early"
        if not self._book.mail_next(advertiser, now + _LEASE, known):
            return "taken"
        known = self._book.mailing(advertiser)
        told = dict(self._book.waiting_for_mail(advertiser, _MOST))
        settings = self._book.settings(advertiser)
        waiting = list(self._still(told))
        if settings and waiting and self._mail and (to := addresses(self._vault, settings)):
            subject, text = written(waiting, settings.language, self._origin, now)
            try:
                self._mail.send(to, subject, text)
            except MailUnavailable as failed:
                log("mail_failed", advertiser=advertiser, code=str(failed))
                self._counters.add(advertiser, advertiser, now, "notice.mail_failed")
                self._book.mail_next(advertiser, now + _AGAIN, known)
                return "failed"
            self._counters.add(advertiser, advertiser, now, "notice.mailed")
        self._book.mailed(advertiser, told)
        if len(told) == _MOST or not self._book.no_mail_next(advertiser, now if waiting else None, known):
            self._book.mail_next(advertiser, now + (settings.every_ms if settings else 0))
        return "mailed" if waiting else "answered"

    def _still(self, told: dict[str, int]) -> Sequence[Waits]:
        """The threads among them that wait as they did."""
        threads = [(self._threads.by_id(thread), since) for thread, since in told.items()]
        return [
            Waits(thread.id, since, thread.flags)
            for thread, since in threads
            if thread and thread.state == "waiting" and thread.waiting_since == since
        ]


def addresses(vault: Vault, settings: NoticeSettings) -> list[str]:
    """Who gets an advertiser's e-mails."""
    found: list[str] = json.loads(vault.open(settings.sealed, _place(settings.id)))
    return found


def sealed_addresses(vault: Vault, advertiser: str, to: Sequence[str]) -> bytes:
    """The same as the table keeps them."""
    return vault.seal(json.dumps(list(to)), _place(advertiser))


def _place(advertiser: str) -> str:
    return f"notices/{advertiser}"
