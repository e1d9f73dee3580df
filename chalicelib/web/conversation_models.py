"""Bodies and answers of conversations in the admin API."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.clock import SECOND
from chalicelib.replies.agent_answers import Size
from chalicelib.replies.beside import Beside
from chalicelib.replies.spoken import Spoken
from chalicelib.storage.conversation_counts import first_answers, quantile, within
from chalicelib.storage.messages import Message
from chalicelib.storage.quick_replies import QuickReply
from chalicelib.storage.threads import State, Thread
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


def thread_answer(thread: Thread, assignee: str | None) -> dict[str, Any]:
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


def text_answer(spoken: Spoken, states: dict[str, str]) -> dict[str, Any]:
    """One text; of ours also what became of it."""
    told = {
        "id": spoken.id,
        "at": spoken.at,
        "direction": spoken.direction,
        "text": spoken.text,
        "after": cursor(spoken.place),
    }
    if spoken.direction == "in":
        read = {"intent": spoken.intent, "stop": spoken.stop, "confidence": spoken.confidence}
        return told | read | {"because": list(spoken.because)}
    sent = {"automatic": spoken.automatic, "message": spoken.message, "waited_ms": spoken.waited_ms}
    return told | sent | {"state": states.get(spoken.message or "")}


def beside_answer(beside: Beside, advertiser: str) -> dict[str, Any]:
    """What stands beside a conversation. The phone is told by its last two digits."""
    cart, product, no = beside.cart, beside.product, beside.ledger.opposition(advertiser)
    held, wish = beside.ledger.held.get(advertiser), beside.ledger.wishes.get(advertiser)
    viewed = beside.visit.viewed if beside.visit else None
    return {
        "person": beside.contact.person if beside.contact else None,
        "phone_ends": beside.profile.phone[-2:],
        "first_name": beside.profile.first_name,
        "last_name": beside.profile.last_name,
        "product": {"id": product.id, "name": product.name, "url": product.url} if product else None,
        "viewed": {"id": viewed.id, "name": viewed.name, "url": viewed.url, "at": viewed.at} if viewed else None,
        "cart": {
            "lines": [{"id": line.id, "name": line.name, "quantity": line.quantity} for line in cart.lines],
            "value": {"micro": cart.value_micro, "currency": cart.currency} if cart.value_micro is not None else None,
        }
        if cart
        else None,
        "orders": [
            {"site": order.site, "order": order.order, "at": order.at, "items": [dict(item) for item in order.items]}
            for order in beside.orders
        ],
        "messages": [message_answer(message) for message in beside.messages],
        "journeys": [
            {"journey": one.journey, "state": one.state, "reason": one.reason, "entered_at": one.entered_at}
            for one in beside.journeys
        ],
        "consents": {
            purpose: {"given": consent.given, "at": consent.at, "source": consent.source}
            for purpose, consent in (beside.contact.consents.items() if beside.contact else ())
        },
        "opposed": {"at": no.at, "how": no.how} if no else None,
        "held": {"at": held.at, "why": held.why} if held else None,
        "wish": {"every_ms": wish.every_ms, "without": list(wish.without)} if wish else None,
    }


def message_answer(message: Message) -> dict[str, Any]:
    """A message of ours: what led to it, and what became of it."""
    return {
        "message": message.id,
        "journey": message.journey,
        "state": message.state,
        "reason": message.reason,
        "created_at": message.created_at,
        "parts": message.parts,
    }


def size_answer(size: Size) -> dict[str, Any]:
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


def quick_reply_answer(reply: QuickReply) -> dict[str, Any]:
    """A quick reply."""
    return {"reply": reply.id, "text": reply.text, "language": reply.language, "changed_at": reply.changed_at}


def statistics_answer(counts: dict[str, int], standing: dict[str, int], target_ms: int) -> dict[str, Any]:
    """How long people waited, by agents' answers and by automatic ones, and how many conversations stand where."""
    return {
        "target_s": target_ms // SECOND,
        "waiting": standing.get("waiting", 0),
        "open": standing.get("open", 0),
        "answered": {
            "by_agents": _times(first_answers(counts, automatic=False), target_ms),
            "automatically": _times(first_answers(counts, automatic=True), target_ms),
        },
        "turned": {
            name.partition(".")[2]: number for name, number in counts.items() if name.startswith("conversation.")
        },
    }


def _times(buckets: list[int], target_ms: int) -> dict[str, Any]:
    median, slow = quantile(buckets, 0.5), quantile(buckets, 0.9)
    total = sum(buckets)
    return {
        "answers": total,
        "median_s": median // SECOND if median is not None else None,
        "p90_s": slow // SECOND if slow is not None else None,
        "within_target": within(buckets, target_ms),
        "share_within_target": round(within(buckets, target_ms) / total, 4) if total else None,
    }


STATES: tuple[State, ...] = ("waiting", "open", "closed")
