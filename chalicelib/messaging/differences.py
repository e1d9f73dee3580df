"""What became of a broadcast, held against its rehearsal: each difference, with both sides of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.storage.broadcasts import Foreseen, Recipient
from chalicelib.storage.messages import WAITING, Message

Outcome = Literal["sent", "refused", "waiting", "not_made"]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a message."""

    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A message of which something else became. `foreseen` None: its person was not there then."""

    message: str
    foreseen: Foreseen | None
    became: Became


@dataclass(frozen=True, slots=True)
class Compared:
    """A page of a broadcast's messages."""

    same: int
    waiting: int
    unforeseen: int
    """Made, and not looked at by a rehearsal of a sample: nothing is known to compare with."""
    differences: tuple[Difference, ...]


def compare(recipients: Sequence[Recipient], messages: Mapping[str, Message], *, all_seen: bool) -> Compared:
    """Hold what became of messages against what was foreseen. `all_seen`: the rehearsal looked at everybody."""
    same = waiting = unforeseen = 0
    differences = []
    for one in recipients:
        if one.foreseen is None and not one.made:
            continue  # Of an earlier rehearsal.
        became = _became(messages.get(one.message))
        if one.foreseen is None and not all_seen:
            unforeseen += 1
        elif became.outcome == "waiting":
            waiting += 1
        elif one.foreseen and (one.foreseen.outcome, one.foreseen.reason) == (became.outcome, became.reason):
            same += 1
        else:
            differences.append(Difference(one.message, one.foreseen, became))
    return Compared(same, waiting, unforeseen, tuple(differences))


def _became(message: Message | None) -> Became:
    if message is None:
        return Became("not_made")
    if message.state in WAITING:
        return Became("waiting", message.reason)
    if message.state in ("refused", "expired", "cancelled"):
        return Became("refused", message.reason)
    return Became("sent")
