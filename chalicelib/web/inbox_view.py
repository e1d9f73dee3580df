"""What the inbox's page shows, in clear: read from the stores, arranged for its templates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.audience.profile import open_profile
from chalicelib.clock import DAY
from chalicelib.replies.agent_answers import size
from chalicelib.replies.conversation_desk import Wanted
from chalicelib.replies.spoken import Spoken, open_phone
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.conversation import said_context
from chalicelib.storage.conversation_counts import first_answers, quantile, standing_scope, within
from chalicelib.storage.threads import Thread
from chalicelib.wiring import Services

_LISTED = 30
_ENDS = ("delivered", "failed", "refused", "cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the list."""

    thread: Thread
    name: str
    """The first name, else the phone's last two digits."""
    last: str
    assignee: str | None
    late: bool
    """Whether it has waited longer than the advertiser wants."""


def seen(services: Services, advertiser: Advertiser, state: Any, conversation: str, changes: int) -> dict[str, Any]:
    """What changes by itself: the list, and of the conversation that is open what was said and where it stands."""
    desk, now = services.conversation_desk, services.clock.now()
    found, after = desk.listed(advertiser.id, Wanted(state), "", _LISTED)
    thread = desk.find(advertiser.id, conversation) if conversation else None
    texts = desk.latest(thread) if thread else []
    outcomes = _outcomes(services, texts)
    return {
        "zone": advertiser.zone,
        "state": state,
        "changes": changes,
        "conversation": conversation,
        "rows": _rows(services, found, advertiser, now),
        "more": after is not None,
        "standing": services.counters.read_in_all(standing_scope(advertiser.id)),
        "thread": thread,
        "texts": texts,
        "outcomes": outcomes,
        "moving": next((m for m, state in reversed(outcomes.items()) if state not in _ENDS), ""),
        "person": _name(services, thread) if thread else "",
        "assignee": desk.assignee(thread) if thread else None,
        "opposed": thread is not None and services.ledgers.get(thread.person).opposition(advertiser.id) is not None,
        "now": now,
    }


def around(services: Services, advertiser: Advertiser, conversation: str, draft: str) -> dict[str, Any]:
    """What stands around it: the facts beside, quick replies, how fast people are answered."""
    desk, now = services.conversation_desk, services.clock.now()
    thread = desk.find(advertiser.id, conversation) if conversation else None
    return {
        "advertiser": advertiser,
        "beside": services.beside_reader.read(thread) if thread else None,
        "titles": _titles(services, advertiser) if thread else {},
        "quick_replies": services.quick_reply_book.all_of(advertiser.id) if thread else [],
        "draft": draft,
        "size": size(draft),
        "speed": _speed(services, advertiser, now),
    }


def _rows(services: Services, found: list[Thread], advertiser: Advertiser, now: int) -> list[Row]:
    vault = services.vault
    known = services.contacts.get_all(advertiser.id, dict.fromkeys(thread.person for thread in found))
    rows = []
    for thread in found:
        contact = known.get(thread.person)
        first_name = open_profile(vault, contact).first_name if contact else None
        last = vault.open(thread.last_text, said_context(thread.id, thread.last_id)) if thread.last_text else ""
        late = bool(thread.waiting_since) and now - thread.waiting_since > advertiser.answer_target_ms
        assignee = services.conversation_desk.assignee(thread)
        rows.append(Row(thread, first_name or masked(open_phone(vault, thread)), last, assignee, late))
    return rows


def _name(services: Services, thread: Thread) -> str:
    contact = services.contacts.get(thread.base, thread.person)
    profile = open_profile(services.vault, contact) if contact else None
    named = " ".join(filter(None, (profile.first_name, profile.last_name))) if profile else ""
    return named or masked(open_phone(services.vault, thread))


def _titles(services: Services, advertiser: Advertiser) -> dict[str, str]:
    """What the shop calls its journeys."""
    return {stored.id: json.loads(stored.document)["name"] for stored in services.journeys.all(advertiser.id)}


def _outcomes(services: Services, texts: list[Spoken]) -> dict[str, str]:
    """What became of our own texts, by message."""
    told = [said.message for said in texts if said.message]
    found = services.messages.get_all(told)
    return {message: found[message].state for message in told if message in found}


def _speed(services: Services, advertiser: Advertiser, now: int) -> dict[str, Any] | None:
    """How fast agents answered in the last day, against the target; None where nobody was answered."""
    buckets = first_answers(services.counters.read(advertiser.id, now - DAY, now), automatic=False)
    total, median = sum(buckets), quantile(buckets, 0.5)
    if median is None:
        return None
    target = advertiser.answer_target_ms
    return {"median_ms": median, "target_ms": target, "share": round(100 * within(buckets, target) / total)}


def masked(phone: str) -> str:
    """A phone that an agent can tell from another, and cannot call."""
    return f"•• •• {phone[-2:]}"
