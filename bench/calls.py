"""Which calls a step makes, and why each of them is needed.

A call that has no reason here is shown as such: either it is not needed, or this list does not know it yet.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

NO_REASON = "NO REASON GIVEN in bench/calls.py"
_KEPT = "kept for 10 s: a container that is warm does without"

REASONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "collect": [
        ("GetItem SITE", f"is the page's origin registered ({_KEPT})"),
        ("BatchWriteItem EVENT", "the event is durable before it is answered (P1)"),
    ],
    "follow": [
        ("GetItem SITE", f"may the event count for the site ({_KEPT})"),
        ("GetItem VISITOR", "the visitor's cart and tie so far"),
        ("BatchGetItem IDENT", "whom the identifiers lead to, in the advertiser's base and the partners' at once"),
        ("GetItem CONTACT", "did the person agree to be matched"),
        ("UpdateItem VISITOR", "the tie, unless stronger evidence stands"),
        ("UpdateItem VISITOR", "the cart"),
        ("GetItem ADV", f"the journey's delay and re-entry ({_KEPT})"),
        ("GetItem ENROL", "is the contact in the journey already"),
        ("TransactWriteItems ENROL MSG", "the enrolment and its message, both or none"),
        ("TransactWriteItems EVENT COUNT", "the event is counted, once whatever is delivered twice"),
    ],
    "tick": [
        *[("Query due", "one shard of what is due; shared by all that is due in it")] * 8,
        ("UpdateItem MSG", "the message is leased to the queue: a lost order comes back"),
        ("SendMessageBatch", "the order to send; shared by ten"),
    ],
    "dispatch": [
        ("GetItem MSG", "is it still to be sent, and is this its newest order"),
        ("GetItem ADV", f"sender, cap and template ({_KEPT})"),
        ("GetItem SITE", f"where its link may land ({_KEPT})"),
        ("GetItem CONTACT", "consent and phone, as they are now"),
        ("GetItem LEDGER", "opposition and recent sends, with the version that the claim checks"),
        ("Query EVENT", "has the visitor bought since"),
        ("TransactWriteItems MSG LEDGER LINK", "the claim: message, caps and link at once (P2, P3)"),
        ("PutItem OUTBOX", "the hand-over itself: the rehearsals' provider keeps the SMS"),
        ("TransactWriteItems MSG COUNT", "the outcome, counted exactly"),
    ],
}
"""The calls of one SMS by step, each function in a container that has just started."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, or one that has a reason and was not made."""

    step: str
    name: str
    reason: str


class CallLog:
    """Every attempt of every call of the watched clients, by step."""

    def __init__(self) -> None:
        self._made: dict[str, list[str]] = {}
        self._step: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """What is called now belongs to this step. Gives the list that the calls are noted in."""
        self._step = self._made.setdefault(name, [])
        try:
            yield self._step
        finally:
            self._step = []

    def watch(self, client: Any) -> Any:
        """Note what `client` sends. The event is emitted for each attempt, so a retry counts."""
        client.meta.events.register_first("before-send", self._note)
        return client

    def explained(self, steps: Sequence[str]) -> list[Call]:
        """The calls of these steps, each with its reason."""
        return [call for step in steps for call in explain(step, self._made.get(step, []))]

    def _note(self, request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        body = json.loads(request.body)
        subject = body.get("IndexName") or " ".join(_kinds(body))
        self._step.append(f"{operation} {subject}".strip())


def explain(step: str, made: Sequence[str]) -> list[Call]:
    """A reason for each call that was made; one reason explains one call."""
    left = list(REASONS.get(step, ()))
    calls = []
    for name in made:
        reason = next((why for known, why in left if known == name), None)
        if reason:
            left.remove((name, reason))
        calls.append(Call(step, name, reason or NO_REASON))
    return calls


def told(calls: Sequence[Call]) -> str:
    """The calls in words, the same ones together."""
    counted = Counter(calls)
    return "; ".join(
        f"{call.step}: {f'{times} × ' if times > 1 else ''}{call.name} ({call.reason})"
        for call, times in counted.items()
    )


def _kinds(part: Any) -> list[str]:
    """The kinds of items that a request is about, each once, in its order."""
    found: list[str] = []
    if isinstance(part, dict):
        if keys := _keys(part):
            found.append(_kind(*keys))
        else:
            found = [kind for value in part.values() for kind in _kinds(value)]
    elif isinstance(part, list):
        found = [kind for element in part for kind in _kinds(element)]
    return list(dict.fromkeys(found))


def _keys(part: Mapping[str, Any]) -> tuple[str, str] | None:
    """Partition and sort key, of an item or a condition on keys."""
    pk, sk = part.get("pk", part.get(":pk")), part.get("sk", part.get(":sk"))
    return (pk["S"], sk["S"]) if pk and sk else None


def _kind(pk: str, sk: str) -> str:
    """What an item is, by its keys (chalicelib/storage/keys.py): the sort key says it, unless that is a number."""
    word = sk.partition("#")[0]
    return word if word.isalpha() else pk.partition("#")[0]
