"""Who is told that conversations wait: an advertiser's settings, a note for each thread that waits, its e-mails.

Each note and each e-mail that is to be sent stands in the index `due` under the time from which it may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.clock import DAY, MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, Update

_KEPT = 30 * DAY
Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """How an advertiser is told."""

    id: str
    """The advertiser's."""
    sealed: bytes
    """The e-mail addresses, as JSON (replies/waiting_mail.py)."""
    after_ms: int = 0
    """A conversation that is answered within this time is not told of."""
    every_ms: int = 15 * MINUTE
    """The least time from one e-mail to the next."""
    language: Language = "fr"
    """Of the e-mails."""


@dataclass(frozen=True, slots=True)
class Note:
    """That a thread waits. One for each time that it does."""

    advertiser: str
    thread: str
    since: int
    """From when on it waits (epoch ms): names the waiting."""
    next_at: int | None
    """When it is told (epoch ms); None once that is settled."""

    @property
    def key(self) -> keys.Key:
        """Where it stands."""
        return keys.waiting_note(self.advertiser, self.thread)


@dataclass(frozen=True, slots=True)
class Mailing:
    """When an advertiser's next e-mail may leave, and when the last one did (epoch ms)."""

    next_at: int | None = None
    sent_at: int | None = None
    version: int = 0


class NoticeBook:
    """Reads and writes of notices."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def settings(self, advertiser: str) -> NoticeSettings | None:
        """An advertiser's settings (kept for ten seconds), or None."""
        item = self._kept.get(keys.notice_settings(advertiser))
        return NoticeSettings(**{name: item[name] for name in NoticeSettings.__slots__}) if item else None

    def save_settings(self, settings: NoticeSettings) -> None:
        """Replace an advertiser's settings."""
        key = keys.notice_settings(settings.id)
        self._table.put(Put(key, {"type": "notices", "v": 1} | asdict(settings)))
        self._kept.forget(key)

    def note(self, note: Note) -> bool:
        """Note that a thread waits; False where this waiting was noted already."""
        try:
            self._table.put(_put(note, "attribute_not_exists(pk) OR #since <> :since", {"since": note.since}))
        except ConditionFailed:
            return False
        return True

    def noted(self, key: keys.Key) -> Note | None:
        """A note, or None."""
        item = self._table.get(key)
        return Note(item["advertiser"], item["thread"], item["since"], item.get("next_at")) if item else None

    def settle(self, note: Note) -> None:
        """Nothing more is to be told of this waiting. Another one that was noted meanwhile stays."""
        settled = Note(note.advertiser, note.thread, note.since, None)
        try:
            self._table.put(_put(settled, "#since = :since", {"since": note.since}, told_at=note.next_at))
        except ConditionFailed:
            return

    def mailing(self, advertiser: str) -> Mailing:
        """How an advertiser's e-mails stand."""
        item = self._table.get(keys.mailing(advertiser)) or {}
        return Mailing(item.get("next_at"), item.get("sent_at"), item.get("version", 0))

    def to_mail(self, note: Note, next_at: int) -> None:
        """Have a thread told by the next e-mail, which leaves at `next_at` unless one waits already."""
        item = {
            "type": "to_mail",
            "v": 1,
            "thread": note.thread,
            "since": note.since,
            "ttl": (note.since + _KEPT) // SECOND,
        }
        self._table.put(Put(keys.to_mail(note.advertiser, note.thread), item))
        self._plan(note.advertiser, next_at, "if_not_exists(#next_at, :at)")

    def mail_next(self, advertiser: str, at: int, known: Mailing | None = None) -> bool:
        """Move the next e-mail, where it is as `known`; False where somebody else did something about it."""
        try:
            self._plan(advertiser, at, ":at", known)
        except ConditionFailed:
            return False
        return True

    def waiting_for_mail(self, advertiser: str, limit: int) -> Iterator[tuple[str, int]]:
        """Threads that the next e-mail tells of, with since when they wait."""
        for item in self._table.query(keys.notices(advertiser), keys.TO_MAIL_PREFIX, limit=limit):
            yield item["thread"], item["since"]

    def mailed(self, advertiser: str, told: Mapping[str, int]) -> None:
        """Threads were told of by e-mail, or need not be any more. One that waits anew stays."""
        for thread, since in told.items():
            try:
                self._table.delete(Delete(keys.to_mail(advertiser, thread), "#since = :since", {"since": since}))
            except ConditionFailed:
                continue

    def no_mail_next(self, advertiser: str, sent_at: int | None, known: Mailing) -> bool:
        """No e-mail is due after this one; False where a thread was added meanwhile."""
        rest = Update(
            keys.mailing(advertiser),
            "SET #sent_at = :sent REMOVE #next_at, #due_at, #due_shard ADD #version :one",
            {"sent": sent_at or known.sent_at or 0, "one": 1, "known": known.version},
            "#version = :known",
        )
        try:
            self._table.update(rest)
        except ConditionFailed:
            return False
        return True

    def _plan(self, advertiser: str, at: int, next_at: str, known: Mailing | None = None) -> None:
        """Let the next e-mail be due."""
        values = {"type": "mailing", "v": 1, "shard": keys.NOTICES, "at": at, "one": 1}
        due_at = next_at.replace("#next_at", "#due_at")
        self._table.update(
            Update(
                keys.mailing(advertiser),
                f"SET #type = :type, #v = :v, #due_shard = :shard, #next_at = {next_at}, #due_at = {due_at}"
                " ADD #version :one",
                values | ({"known": known.version} if known else {}),
                "#version = :known" if known else None,
            )
        )


def _put(note: Note, condition: str, values: Mapping[str, Any], **more: Any) -> Put:
    due: Item = {"due_shard": keys.NOTICES, "due_at": note.next_at} if note.next_at is not None else {}
    item = {"type": "waiting_note", "v": 1, "ttl": (note.since + _KEPT) // SECOND} | asdict(note) | due | more
    return Put(note.key, item, condition, values)
