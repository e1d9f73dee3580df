"""Where agents talk: reading a conversation, answering in it, handing it on, being done with it.

An answer is the person's text answered (replies/answering.py): it leaves by the number that was written to, at most
once for each id that the agent's screen gives it, and not after a STOP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.journeys.endings import Endings
from chalicelib.messaging.given import open_given
from chalicelib.replies.agent_answers import JUST_ASKED, NotAnswered, size
from chalicelib.replies.answering import Addressee, Answering, to_the_letter
from chalicelib.replies.holds import let_go
from chalicelib.replies.spoken import Spoken, open_phone, open_said, seal_said
from chalicelib.storage.conversation import assignee_context
from chalicelib.storage.counters import Counters, count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message
from chalicelib.storage.threads import State, Thread, Threads
from chalicelib.vault import Vault
from chalicelib.webhooks.announcer import Announcer

_LATEST = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations a list shall have."""

    state: State = "waiting"
    assignee: str | None = None
    """Empty for those that are nobody's."""
    tag: str | None = None
    unread: bool = False


class ConversationDesk:
    """All that an agent does, each thing repeatable. Raises NotFound for a thread that is not the advertiser's."""

    def __init__(
        self,
        *,
        threads: Threads,
        answering: Answering,
        ledgers: Ledgers,
        endings: Endings,
        counters: Counters,
        announcer: Announcer,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._threads = threads
        self._answering = answering
        self._ledgers = ledgers
        self._endings = endings
        self._counters = counters
        self._announcer = announcer
        self._vault = vault
        self._clock = clock

    def find(self, advertiser: str, thread_id: str) -> Thread:
        """One conversation of an advertiser."""
        thread = self._threads.by_id(thread_id)
        if thread is None or thread.advertiser != advertiser:
            raise NotFound("conversation")
        return thread

    def listed(self, advertiser: str, wanted: Wanted, after: str, limit: int) -> tuple[list[Thread], str | None]:
        """Conversations, the newest first, and where the list goes on."""

        def keep(thread: Thread) -> bool:
            return (
                (not wanted.unread or thread.unread > 0)
                and (wanted.tag is None or wanted.tag in thread.tags)
                and (wanted.assignee is None or wanted.assignee == (self.assignee(thread) or ""))
            )

        return self._threads.in_state(advertiser, wanted.state, after, limit, keep)

    def texts(self, thread: Thread, after: str, limit: int) -> list[Spoken]:
        """What was said behind a place, in its order."""
        return [open_said(self._vault, thread.id, said) for said in self._threads.entries(thread.id, after, limit)]

    def latest(self, thread: Thread, limit: int = _LATEST) -> list[Spoken]:
        """What was said last, in its order."""
        said = self._threads.entries(thread.id, limit=limit, newest_first=True)
        return [open_said(self._vault, thread.id, one) for one in reversed(said)]

    def assignee(self, thread: Thread) -> str | None:
        """Who has it in hand."""
        return self._vault.open(thread.assignee, assignee_context(thread.id)) if thread.assignee else None

    def answer(self, advertiser: str, thread_id: str, text: str, reply_id: str, seen: int | None = None) -> Message:
        """Answer, once for each `reply_id`; `seen` is how many texts the agent had before them (`Thread.texts`).

        Raises NotAnswered, which is counted, and Conflict where the id was another answer's.
        """
        thread, now = self.find(advertiser, thread_id), self._clock.now()
        try:
            message = self._said(thread, text, reply_id, now)
        except NotAnswered as refused:
            self._counters.add(advertiser, f"{thread_id}/{reply_id}", now, f"answer.refused.{refused.reason}")
            raise
        spoken = Spoken(message.id, message.created_at, "out", size(text).text, message=message.id)
        body = {"conversation": thread.id, "answered_at": message.created_at, "by": "agent", "message": message.id}
        self._announcer.announce(advertiser, "conversation.answered", message.id, body)
        said = seal_said(self._vault, thread.id, spoken)
        after = self._threads.said(thread.id, said, now, "reply.answered", seen=seen)
        if after:
            let_go(self._ledgers, after, now)
        return message

    def turn(self, advertiser: str, thread_id: str, state: State, seen: int | None = None) -> Thread:
        """Close a conversation, which lets marketing to the person go on; open it again, or let it wait.

        With `seen` (`texts` of the thread that was read) it stays as it is where a text came since.
        """
        now = self._clock.now()

        def turned(thread: Thread) -> Thread:
            if seen is not None and thread.texts > seen:
                return thread
            if state == "closed":
                return replace(thread, state=state, waiting_since=0, unread=0, flags=frozenset())
            since = thread.waiting_since or now
            return replace(thread, state=state, waiting_since=since if state == "waiting" else 0)

        thread = self._change(advertiser, thread_id, turned)
        if thread.state == "closed":
            let_go(self._ledgers, thread, now)
            self._endings.closed(thread.base, thread.person, advertiser)
        return thread

    def assign(self, advertiser: str, thread_id: str, assignee: str | None) -> Thread:
        """Give a conversation to somebody, or to nobody."""
        sealed = self._vault.seal(assignee, assignee_context(thread_id)) if assignee else None
        return self._change(
            advertiser,
            thread_id,
            lambda thread: thread if self.assignee(thread) == assignee else thread.given_to(sealed),
        )

    def tag(self, advertiser: str, thread_id: str, tags: tuple[str, ...]) -> Thread:
        """Replace a conversation's tags."""
        return self._change(advertiser, thread_id, lambda thread: replace(thread, tags=tuple(sorted(set(tags)))))

    def read(self, advertiser: str, thread_id: str, seen: int) -> Thread:
        """Note that so many of a conversation's texts were read."""
        return self._change(
            advertiser,
            thread_id,
            lambda thread: replace(thread, unread=min(thread.unread, max(0, thread.texts - seen))),
        )

    def oppose(self, advertiser: str, thread_id: str) -> Thread:
        """Take what the person wrote for a STOP, as somebody has read it: nothing more is sent, and it is closed."""
        thread, now = self.find(advertiser, thread_id), self._clock.now()
        counted = count(advertiser, thread.id, now, "opposed.stop")
        self._ledgers.oppose(thread.person, advertiser, Opposition(now, "stop"), counted)
        return self.turn(advertiser, thread_id, "closed")

    def _said(self, thread: Thread, text: str, reply_id: str, now: int) -> Message:
        sized = size(text)
        sized.require_sendable()
        asked = next((said for said in reversed(self.latest(thread)) if said.direction == "in"), None)
        message = self._answering.say(
            Addressee(thread.advertiser, thread.person, open_phone(self._vault, thread), thread.number),
            "answer",
            sized.text,
            reply_id=asked.id if asked else thread.id,
            wrote_at=thread.last_in_at,
            now=now,
            key=f"{thread.id}/{reply_id}",
            at_once=now - thread.last_in_at <= JUST_ASKED,
        )
        if isinstance(message, str):
            raise NotAnswered(message)
        if message.data and open_given(self._vault, message).text != to_the_letter(sized.text):
            raise Conflict("this id was another answer's, which has left or will: give this one an id of its own")
        return message

    def _change(self, advertiser: str, thread_id: str, change: Callable[[Thread], Thread]) -> Thread:
        thread = self.find(advertiser, thread_id)
        return self._threads.change(thread_id, change, self._clock.now()) or thread
