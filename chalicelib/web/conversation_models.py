"""Bodies and answers of conversations in the admin API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, NotRequired, cast

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.replies.agent_answers import Size
from chalicelib.replies.reading import Intent, StopGrade
from chalicelib.replies.spoken import Spoken
from chalicelib.storage.messages import Message
from chalicelib.storage.messages import State as MessageState
from chalicelib.storage.quick_replies import QuickReply
from chalicelib.storage.templates import Language
from chalicelib.storage.threads import State, Thread
from chalicelib.units import Count, Milliseconds, Moment, Rate
from chalicelib.web.body import Body, example
from chalicelib.web.listing import cursor

_PERSONAL = re.compile(r"@|\d{6}")


def _names_nobody(tag: str) -> str:
    if _PERSONAL.search(tag):
        raise ValueError("a tag is kept in clear: no phone, no e-mail")
    return tag


Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[\w][\w .'-]{0,29}$"),
    AfterValidator(_names_nobody),
]
Assignee = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Text = Annotated[str, StringConstraints(max_length=2_000)]


class NewAnswer(Body):
    """An agent's answer. The same `id` once more is the same answer: it leaves once."""

    model_config = example({"text": "Oui, il en reste deux.", "id": "answer-1"})

    text: Text
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    seen: Annotated[int, Field(ge=0)] | None = None
    """How many of the person's texts (`texts`) it answers: one that came since goes on waiting."""


class DraftAnswer(Body):
    """A text that may become an answer."""

    model_config = example({"text": "Oui, il en reste deux."})

    text: Text


class NewState(Body):
    """What a conversation becomes. Closing it lets marketing to the person go on."""

    model_config = example({"state": "closed"})

    state: Literal["open", "waiting", "closed"]
    seen: Annotated[int, Field(ge=0)] | None = None
    """How many of the person's texts (`texts`) were read: where one came since, the conversation stays as it is."""


class NewAssignee(Body):
    """Who has a conversation in hand; null for nobody."""

    model_config = example({"assignee": "Nadia"})

    assignee: Assignee | None


class NewTags(Body):
    """A conversation's tags. They are kept in clear: no phone, no e-mail."""

    model_config = example({"tags": ["stock"]})

    tags: Annotated[list[Tag], Field(max_length=10)]


class SeenTexts(Body):
    """How many of the person's texts (`texts`) somebody has read."""

    model_config = example({"seen": 1})

    seen: Annotated[int, Field(ge=0)]


class NewQuickReply(Body):
    """What agents say again and again: Liquid, filled in for the conversation before it is sent."""

    model_config = example({"text": "Oui, il en reste.", "language": "fr"})

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
    language: Literal["fr", "en"] = "fr"


class ThreadTold(TypedDict):
    """A conversation as it stands."""

    conversation: str
    state: State
    number: str
    """Which number of ours the person wrote to last."""
    language: str | None
    assignee: str | None
    tags: list[str]
    flags: list[str]
    texts: Count
    """How many came."""
    unread: Count
    """How many of them since somebody read it."""
    last_at: Moment
    last_in_at: Moment
    waiting_since: Moment | None
    last_message: str | None
    """Our last SMS: the one that was answered, or the answer."""


class TextSaid(TypedDict):
    """One text; of ours also what became of it, of the person's also what it was taken for."""

    id: str
    at: Moment
    direction: Literal["in", "out"]
    text: str
    after: str
    """The cursor behind it."""
    intent: NotRequired[Intent | None]
    stop: NotRequired[StopGrade | None]
    confidence: NotRequired[Rate]
    because: NotRequired[list[str]]
    """The words that decided."""
    automatic: NotRequired[bool]
    """Whether no person wrote it."""
    message: NotRequired[str | None]
    waited_ms: NotRequired[Milliseconds | None]
    """Of a first answer: how long the person had waited for it."""
    state: NotRequired[MessageState | None]


class AnswerTold(TypedDict):
    """A message of ours: what led to it, and what became of it."""

    message: str
    journey: str
    state: MessageState
    reason: str | None
    created_at: Moment
    parts: Count


class SizeTold(TypedDict):
    """What a text costs as an answer, and whether it may be one."""

    encoding: str
    units: Count
    """Septets in GSM-7, UTF-16 code units in UCS-2."""
    parts: Count
    culprits: list[str]
    """The characters that make it dear."""
    safe: str
    """The text without them."""
    refused: str | None
    """Why it may not be one: `empty`, `too_long` or `offer`."""
    words: str | None
    """Those that offer something."""


class QuickReplyFilled(SizeTold):
    """A quick reply filled in for a conversation."""

    text: str


class QuickReplyTold(TypedDict):
    """A quick reply."""

    reply: str
    text: str
    language: Language
    changed_at: Moment


def thread_answer(thread: Thread, assignee: str | None) -> ThreadTold:
    """A conversation as it stands."""
    return {
        "conversation": thread.id,
        "state": thread.state,
        "number": thread.number,
        "language": thread.language,
        "assignee": assignee,
        "tags": list(thread.tags),
        "flags": sorted(thread.flags),
        "texts": thread.texts,
        "unread": thread.unread,
        "last_at": thread.last_at,
        "last_in_at": thread.last_in_at,
        "waiting_since": thread.waiting_since or None,
        "last_message": thread.last_message,
    }


def text_answer(spoken: Spoken, states: Mapping[str, MessageState]) -> TextSaid:
    """One text; of ours also what became of it."""
    told: TextSaid = {
        "id": spoken.id,
        "at": spoken.at,
        "direction": spoken.direction,
        "text": spoken.text,
        "after": cursor(spoken.place),
    }
    if spoken.direction == "in":
        return {
            **told,
            "intent": cast("Intent | None", spoken.intent),
            "stop": cast("StopGrade | None", spoken.stop),
            "confidence": spoken.confidence,
            "because": list(spoken.because),
        }
    return {
        **told,
        "automatic": spoken.automatic,
        "message": spoken.message,
        "waited_ms": spoken.waited_ms,
        "state": states.get(spoken.message or ""),
    }


def message_answer(message: Message) -> AnswerTold:
    """A message of ours: what led to it, and what became of it."""
    return {
        "message": message.id,
        "journey": message.journey,
        "state": message.state,
        "reason": message.reason,
        "created_at": message.created_at,
        "parts": message.parts,
    }


def size_answer(size: Size) -> SizeTold:
    """What a text costs as an answer; `refused` says why it may not be one, and `words` which of its words do."""
    return {
        "encoding": size.encoding,
        "units": size.units,
        "parts": size.parts,
        "culprits": list(size.culprits),
        "safe": size.safe,
        "refused": size.refused,
        "words": size.words or None,
    }


def quick_reply_answer(reply: QuickReply) -> QuickReplyTold:
    """A quick reply."""
    return {"reply": reply.id, "text": reply.text, "language": reply.language, "changed_at": reply.changed_at}


STATES: tuple[State, ...] = ("waiting", "open", "closed")
