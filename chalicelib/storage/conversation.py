"""What a conversation is: a thread, its texts, and what a text that comes or an answer makes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.clock import DAY
from chalicelib.storage import keys

RETENTION = 3 * 365 * DAY
"""Of what was said, from when it was; of a thread, from its last word: as long as its person may be a contact."""
SETTLED = frozenset({"handed_over", "stop_doubtful"})
"""Flags that a person's answer takes off: somebody has read what they were raised for."""
UNSETTLED = "problem"
"""The flag of a complaint: it stays until somebody closes the conversation."""
State = Literal["open", "waiting", "closed"]
"""`waiting`: something that the person wrote has no answer; `open`: it has one; `closed`: it is done with."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a conversation. `text` and `because` are sealed (`said_context`)."""

    id: str
    """Names the text for ever: the provider's for one that came, the message's or the reply's for one that goes out."""
    at: int
    """When it was written (epoch ms)."""
    direction: Literal["in", "out"]
    text: bytes
    automatic: bool = False
    """Whether no person wrote it: an answer by rule."""
    message: str | None = None
    """Ours: the message that it went out as."""
    intent: str | None = None
    stop: str | None = None
    confidence: int = 0
    """Of the intent, in thousandths."""
    because: bytes | None = None
    """JSON list of the words that decided."""
    waited_ms: int | None = None
    """Of the first answer: how long the person had waited for it."""

    @property
    def place(self) -> str:
        """Where it stands in its thread: what a list of texts goes on behind."""
        return keys.said_place(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that came, and what it means for its thread."""

    advertiser: str
    person: str
    base: str
    """Of the contact; the advertiser's own where there is none."""
    phone: bytes
    """Sealed (`thread_context`)."""
    number: str
    """Which number of ours it was written to."""
    said: Said
    state: State | None = "waiting"
    """None leaves the thread as it is: closed, where it is new. `open` leaves waiting what waits."""
    agrees: bool = False
    """Whether it says yes to what it follows: somebody has to read what was agreed to, where we spoke last."""
    flags: frozenset[str] = frozenset()
    """To add: `problem`, `stop_probable`, `stop_doubtful`, `handed_over`."""
    language: str | None = None
    message: str | None = None
    """Our SMS that it answers."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as it stands. `phone` and `assignee` are sealed (`thread_context`, `assignee_context`)."""

    id: str
    advertiser: str
    person: str
    base: str
    phone: bytes
    number: str
    """Which number of ours the person wrote to last."""
    state: State
    language: str | None = None
    assignee: bytes | None = None
    tags: tuple[str, ...] = ()
    texts: int = 0
    """How many came."""
    unread: int = 0
    """How many of them since somebody read it."""
    flags: frozenset[str] = frozenset()
    last_text: bytes | None = None
    """What was said last, sealed as in its place (`said_context`)."""
    last_id: str = ""
    last_direction: Literal["in", "out"] = "in"
    last_at: int = 0
    last_in_at: int = 0
    last_out_at: int = 0
    waiting_since: int = 0
    """When the text was written by which it began to wait, and which names the waiting; 0 where none waits."""
    last_message: str | None = None
    """Our last SMS: the one that was answered, or the answer."""
    version: int = 0

    def given_to(self, assignee: bytes | None) -> Thread:
        """The thread in the hands of somebody, or of nobody."""
        return replace(self, assignee=assignee)


def thread_context(thread_id: str) -> str:
    """Where a thread's phone is sealed for."""
    return f"thread/{thread_id}"


def assignee_context(thread_id: str) -> str:
    """Where the name of whom a thread is given to is sealed for."""
    return f"thread-assignee/{thread_id}"


def said_context(thread_id: str, said_id: str) -> str:
    """Where a text is sealed for."""
    return f"said/{thread_id}/{said_id}"


def because_context(thread_id: str, said_id: str) -> str:
    """Where the words that decided are sealed for."""
    return f"said-because/{thread_id}/{said_id}"


def with_heard(known: Thread | None, thread_id: str, heard: Heard, said: Said) -> Thread:
    """A thread with a text that came. One from before the newest opens and closes nothing; it may have to wait.

    A waiting that was begun stays the same one, also where an older text comes late: it is told once.
    """
    before = known or Thread(thread_id, heard.advertiser, heard.person, heard.base, heard.phone, heard.number, "closed")
    is_newest = said.at >= before.last_in_at
    wanted = _wanted(before, heard)
    state = wanted if wanted and (is_newest or wanted == "waiting") else before.state
    began = said.at if before.state != "waiting" else before.waiting_since
    return replace(
        _with_last(before, said),
        base=heard.base,
        phone=heard.phone,
        number=heard.number if is_newest else before.number,
        state=state,
        language=heard.language or before.language,
        texts=before.texts + 1,
        unread=before.unread + 1,
        flags=heard.flags if state == "closed" else before.flags | heard.flags,
        last_in_at=max(before.last_in_at, said.at),
        waiting_since=began if state == "waiting" else 0,
        last_message=(heard.message or before.last_message) if is_newest else before.last_message,
        version=before.version + 1,
    )


def _wanted(before: Thread, heard: Heard) -> State | None:
    """What a text asks of its thread. A STOP closes no complaint that somebody has still to answer for."""
    if heard.state == "closed" and before.state != "closed" and UNSETTLED in before.flags:
        return before.state
    if heard.state == "open" and (before.state == "waiting" or (heard.agrees and before.last_direction == "out")):
        return "waiting"
    return heard.state


def with_answer(known: Thread, said: Said, state: State | None, seen: int | None) -> Thread:
    """A thread with an answer, by somebody who had seen as many texts as `seen` says: a later one goes on waiting."""
    has_newer = seen is not None and known.state == "waiting" and known.texts > seen
    after = known.state if state is None or has_newer else state
    unread, flags = known.unread, known.flags
    if not said.automatic:
        unread = 0 if seen is None else min(unread, max(0, known.texts - seen))
        flags = flags if has_newer else flags - SETTLED
    began = known.last_in_at if has_newer else known.waiting_since
    return replace(
        _with_last(known, said),
        state=after,
        unread=unread,
        flags=flags,
        last_out_at=max(known.last_out_at, said.at),
        waiting_since=began if after == "waiting" else 0,
        last_message=said.message or known.last_message,
        version=known.version + 1,
    )


def _with_last(thread: Thread, said: Said) -> Thread:
    if said.at < thread.last_at:
        return thread
    return replace(thread, last_at=said.at, last_id=said.id, last_text=said.text, last_direction=said.direction)


def waited(known: Thread, said: Said) -> int | None:
    """How long the person had waited for an answer (ms); None where it is not the first one.

    An answer by rule may leave the thread waiting for a person: theirs is then a first one too.
    """
    if known.waiting_since and not said.automatic:
        return max(said.at - known.waiting_since, 0)
    if said.automatic and known.last_out_at < known.last_in_at:
        return max(said.at - known.last_in_at, 0)
    return None
