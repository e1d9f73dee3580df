"""Which calls a step makes, and why each of them is needed.

What is counted is what happened. A call without a reason here is said aloud, and so is a reason without a call: either
the code has changed or this list is wrong.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Reason = tuple[str, str]
"""The call as `operation kinds-of-items`, and what it is for."""

_KEPT = "kept for 10 s: a warm container does without"


def _tick(due: int) -> list[Reason]:
    return [
        *[("Query due", "a shard of what is due, of steps or of messages; shared by all that is due in it")] * 16,
        *[("UpdateItem ENROL", "a step's lease to the queue: a lost order comes back")] * due,
        ("GetItem RESUMED", "has marketing just gone on: what stood still is ordered then"),
        ("SendMessageBatch", "the orders to send, ten a call"),
    ]


REASONS: Mapping[str, Sequence[Reason]] = {
    "collect": [
        ("GetItem SITE", f"is the page's origin registered ({_KEPT})"),
        ("BatchWriteItem EVENT", "the event is durable before it is answered (P1)"),
    ],
    "follow": [
        ("GetItem SITE", f"may the event count for the site ({_KEPT})"),
        ("GetItem VISITOR", "the visitor's cart and tie so far"),
        ("BatchGetItem IDENT", "whom the identifiers lead to, in the advertiser's base and the partners' at once"),
        ("BatchGetItem CONTACT", "did the person agree to be matched, in the advertiser's base or the partners'"),
        ("TransactWriteItems VISITOR TIE BROWSER", "the tie as it was read, its record, the way back to the browser"),
        ("UpdateItem VISITOR", "the cart"),
        ("GetItem ADV", f"the journey's delay and re-entry ({_KEPT})"),
        ("Query JOURNEY", f"the advertiser's journeys ({_KEPT})"),
        ("GetItem ENROL", "is the contact in the journey already"),
        (
            "TransactWriteItems ENROL COUNT VISITOR DAYBOOK",
            "the enrolment, that this unsigned browser enrolled somebody today, its counts with their lines",
        ),
        (
            "TransactWriteItems COUNTED COUNT VISITOR DAYBOOK",
            "the event and its visit are counted once",
        ),
        ("GetItem WATCHED", f"does anybody look at what arrives from the site ({_KEPT})"),
    ],
    "match": [
        ("BatchGetItem IDENT", "all identifiers, in the advertiser's base and the partners', at once"),
        ("BatchGetItem CONTACT", "the person's consents in both bases, at once"),
    ],
    "tick": _tick(1),
    "tick for ten": _tick(10),
    "step": [
        ("GetItem ENROL", "does it still wait for this step"),
        ("GetItem ADV", f"the advertiser's settings ({_KEPT})"),
        ("Query JOURNEY", f"the advertiser's journeys ({_KEPT})"),
        ("GetItem CONTACT", "the recipient's clock, and what conditions ask"),
        ("GetItem VISITOR", "the cart as it is now"),
        ("GetItem SITE", f"where its links may lead, and which categories it marks as sensitive ({_KEPT})"),
        ("GetItem SIGNED", f"what the operator signed for the recipient's country ({_KEPT})"),
        (
            "TransactWriteItems ENROL COUNT MSG MESSAGE DAYBOOK",
            "the message, the way back to it, the journey's next step",
        ),
    ],
    "dispatch": [
        ("GetItem MSG", "is it still to be sent, and is this its newest order"),
        (
            "BatchGetItem HALT CAPS ADV SIGNED BREAKER SITE",
            "all settings at once: what stands still, caps, advertiser, country, providers, site (kept for 5 or 10 s)",
        ),
        ("Query SENDER", f"which senders the advertiser has, and whether they are verified ({_KEPT})"),
        ("GetItem SENDER", f"was the sender of its settings registered and verified ({_KEPT})"),
        ("GetItem CONTACT", "consent and phone, as they are now"),
        ("GetItem LEDGER", "opposition and recent sends, at the version that the claim checks"),
        ("Query EVENT", "has the visitor bought since"),
        ("GetItem ENROL", "has the contact left the journey since"),
        ("TransactWriteItems MSG LEDGER LINK ENROL", "the claim: message, caps, link and journey at once (P2, P3, P4)"),
        ("PutItem OUTBOX", "the hand-over itself: the rehearsals' provider keeps the SMS"),
        ("TransactWriteItems MSG COUNT DAYBOOK", "the outcome, counted exactly, with its line in the daybook"),
    ],
}
"""The calls of each step, in a container that has just started. A reason explains one call."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The calls of some steps, as they were made."""

    number: int
    told: tuple[str, ...]
    """Each with its reason; the same ones together."""
    doubts: tuple[str, ...]
    """Calls without a reason, and reasons without a call."""


class CallLog:
    """Every attempt of every call of the watched clients, by step."""

    def __init__(self) -> None:
        self._made: dict[str, list[str]] = {}
        self._step: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What is called now belongs to this step."""
        self._step = self._made.setdefault(name, [])
        try:
            yield
        finally:
            self._step = []

    def watch(self, client: Any) -> Any:
        """Note what `client` sends. The event is emitted for each attempt, so a retry counts."""
        client.meta.events.register_first("before-send", self._note)
        return client

    def explained(self, *steps: str) -> Explained:
        """The calls of these steps with their reasons."""
        parts = [explain(step, self._made.get(step, []), REASONS.get(step, ())) for step in steps]
        return Explained(
            sum(part.number for part in parts),
            tuple(line for part in parts for line in part.told),
            tuple(doubt for part in parts for doubt in part.doubts),
        )

    def _note(self, request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        body = json.loads(request.body)
        kinds = [body["IndexName"]] if "IndexName" in body else _kinds(body)
        self._step.append(" ".join((operation, *kinds)))


def explain(step: str, made: Sequence[str], reasons: Sequence[Reason]) -> Explained:
    """What was made, each call with a reason of its own."""
    left = list(reasons)
    told: Counter[str] = Counter()
    doubts: Counter[str] = Counter()
    for call in made:
        reason = next((reason for reason in left if reason[0] == call), None)
        if reason is None:
            doubts[f"{step}: {call} has no reason in bench/calls.py"] += 1
        else:
            left.remove(reason)
            told[f"{step}: {call} ({reason[1]})"] += 1
    for call, why in left:
        doubts[f"{step}: {call} ({why}) was not made"] += 1
    return Explained(len(made), _lines(told), _lines(doubts))


def _lines(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{times} × {line}" if times > 1 else line for line, times in counted.items())


def _kinds(part: Any) -> list[str]:
    """The kinds of items that a request is about, each once, in its order."""
    if isinstance(part, dict):
        if keys := _keys(part):
            return [_kind(*keys)]
        part = list(part.values())
    if not isinstance(part, list):
        return []
    return list(dict.fromkeys(kind for element in part for kind in _kinds(element)))


def _keys(part: Mapping[str, Any]) -> tuple[str, str] | None:
    """Partition and sort key, of an item or of a condition on keys."""
    pk, sk = part.get("pk", part.get(":pk")), part.get("sk", part.get(":sk"))
    return (pk["S"], sk["S"]) if pk and sk else None


def _kind(pk: str, sk: str) -> str:
    """What an item is, by its keys (chalicelib/storage/keys/): the sort key says it, unless that is a number."""
    word = sk.partition("#")[0]
    return word if word.isalpha() else pk.partition("#")[0]
