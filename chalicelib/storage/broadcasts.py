"""Broadcasts: a segment, a template and a time; how far each has come; and who was foreseen to get it.

A slice of messages and the broadcast's progress move in one transaction, at the version that the slice was read from:
two workers, or one that comes back, make nothing twice, and a pause ends what was begun before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys, messages
from chalicelib.storage.codec import Item
from chalicelib.storage.messages import Message, MessageClass
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update, Write

State = Literal["draft", "rehearsed", "scheduled", "running", "paused", "done", "cancelling", "cancelled"]
AT_ONCE = 30
"""Messages in one transaction: three writes each, and the broadcast's own."""
_RECIPIENTS_KEPT = 90 * DAY


@dataclass(frozen=True, slots=True)
class Plan:
    """What a broadcast sends. Its change makes a new rehearsal, and a new approval, necessary."""

    name: str
    segment: str
    template: str
    message_class: MessageClass
    start_at: int | None = None
    """Epoch ms; None for the moment of its launch."""
    pace: int = 600
    """Messages a minute."""
    expires_ms: int = DAY
    """How long after its own moment a message still makes sense."""
    link: str | None = None
    """Where its links lead; `{code}` stands for the message's promo code."""
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast of an advertiser."""

    id: str
    advertiser: str
    plan: Plan
    state: State
    created_at: int
    version: int = 1
    rehearsal: str = ""
    """JSON: what the last rehearsal of this plan found (messaging/rehearsal.py)."""
    rehearsals: int = 0
    """How many there were: the rows of earlier ones do not count."""
    approved_by: str = ""
    """Fingerprint of a key."""
    approved_at: int = 0
    launched_by: str = ""
    launched_at: int = 0
    anchor: int = 0
    """The moment of the first message, as the pace counts from: a pause moves it."""
    made: int = 0
    """How many messages came of it."""
    shard: int = 0
    after: str = ""
    """How far it has come among the segment's members."""
    ended_at: int = 0
    waits_for: str = ""
    """What keeps it from starting."""
    due_at: int | None = None

    @property
    def rehearsed(self) -> dict[str, Any]:
        """What the last rehearsal found; empty where there was none."""
        found: dict[str, Any] = json.loads(self.rehearsal) if self.rehearsal else {}
        return found


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a rehearsal says of one message."""

    message: str
    outcome: Literal["sent", "refused"]
    at: int
    """When it leaves, or is refused (epoch ms)."""
    reason: str | None = None
    parts: int = 0
    country: str = ""
    waited_for: str | None = None
    """Why it would not leave at its own moment yet; not kept."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A message of a broadcast: what was foreseen of it, and whether it was made."""

    message: str
    foreseen: Foreseen | None
    made: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """The next messages of a broadcast, and where it stands once they are made."""

    made: tuple[Message, ...]
    shard: int
    after: str
    anchor: int
    due_at: int | None = None
    state: State = "running"
    ended_at: int = 0
    writes: tuple[Write, ...] = field(default=())
    """What else moves with it, such as counts."""


class Broadcasts:
    """One item per broadcast beside its advertiser's, and one for each of its messages."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, broadcast_id: str) -> Broadcast | None:
        """One broadcast."""
        item = self._table.get(keys.broadcast(advertiser, broadcast_id))
        return from_item(item) if item else None

    def all_of(self, advertiser: str) -> list[Broadcast]:
        """An advertiser's broadcasts in the order of their making."""
        return [
            from_item(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.BROADCAST_PREFIX)
        ]

    def save(self, broadcast: Broadcast, known: Broadcast | None = None) -> bool:
        """Store a broadcast, where it still is as it was `known`. False where it is not."""
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition, values = "#version = :read", {"read": known.version}
        try:
            self._table.put(
                Put(keys.broadcast(broadcast.advertiser, broadcast.id), _item(broadcast), condition, values)
            )
        except ConditionFailed:
            return False
        return True

    def advance(self, broadcast: Broadcast, piece: Slice) -> bool:
        """Make a slice's messages, and move the broadcast on, at once or not at all. False where it was moved."""
        values: dict[str, Any] = {
            "made": len(piece.made),
            "shard": piece.shard,
            "after": piece.after,
            "anchor": piece.anchor,
            "due_at": piece.due_at,
            "state": piece.state,
            "ended_at": piece.ended_at,
            "one": 1,
            "read": broadcast.version,
        }
        sets = "SET #shard = :shard, #after = :after, #anchor = :anchor, #state = :state, #ended_at = :ended_at"
        if piece.due_at is None:
            del values["due_at"]
            expression = f"{sets} REMOVE #due_at, #due_shard ADD #made :made, #version :one"
        else:
            expression = f"{sets}, #due_at = :due_at ADD #made :made, #version :one"
        moved = Update(keys.broadcast(broadcast.advertiser, broadcast.id), expression, values, "#version = :read")
        made = [write for message in piece.made for write in _made(broadcast.id, message)]
        try:
            self._table.transact([moved, *made, *piece.writes])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True

    def foresee(self, broadcast: Broadcast, foreseen: Iterable[Foreseen], now: int) -> None:
        """Keep what a rehearsal says. Raises StorageUnavailable: rehearse again."""
        puts = [
            Put(
                keys.recipient(broadcast.id, one.message),
                {
                    "type": "recipient",
                    "v": 1,
                    "rehearsal": broadcast.rehearsals,
                    "outcome": one.outcome,
                    "at": one.at,
                    "reason": one.reason,
                    "parts": one.parts,
                    "country": one.country,
                    "ttl": (now + _RECIPIENTS_KEPT) // SECOND,
                },
            )
            for one in foreseen
        ]
        if self._table.put_many(puts):
            raise StorageUnavailable("a rehearsal was not kept in full")

    def foreseen(self, broadcast: Broadcast, message_ids: Iterable[str]) -> dict[str, Foreseen]:
        """What the last rehearsal said of up to 100 messages, by their ids; those that it did not see are left out."""
        found = self._table.get_many([keys.recipient(broadcast.id, message_id) for message_id in message_ids])
        rows = [_recipient(item, broadcast.rehearsals) for item in found.values()]
        return {row.message: row.foreseen for row in rows if row.foreseen}

    def recipients(self, broadcast: Broadcast, after: str, limit: int) -> tuple[list[Recipient], str | None]:
        """Messages that were foreseen or made, behind a place, and the place behind them; None at the end."""
        found: list[Recipient] = []
        shard, _, last = after.partition(".")
        for number in range(int(shard or 0), keys.ROSTER_SHARDS):
            partition = keys.recipients(broadcast.id, number)
            for item in self._table.query(partition, after=last, limit=limit - len(found)):
                last = str(item["sk"])
                found.append(_recipient(item, broadcast.rehearsals))
            if len(found) >= limit:
                return found, f"{number}.{last}"
            last = ""
        return found, None


def _made(broadcast_id: str, message: Message) -> list[Write]:
    mark = Update(
        keys.recipient(broadcast_id, message.id),
        "SET #type = :type, #v = :v, #ttl = :ttl, #made_at = :at",
        {
            "type": "recipient",
            "v": 1,
            "ttl": (message.created_at + _RECIPIENTS_KEPT) // SECOND,
            "at": message.created_at,
        },
        "attribute_not_exists(#made_at)",
    )
    return [mark, messages.create(message), messages.reference(message)]


def _recipient(item: Item, rehearsal: int) -> Recipient:
    foreseen = None
    if item.get("rehearsal") == rehearsal:
        foreseen = Foreseen(item["sk"], item["outcome"], item["at"], item.get("reason"), item["parts"], item["country"])
    return Recipient(item["sk"], foreseen, "made_at" in item)


def from_item(item: Item) -> Broadcast:
    """A broadcast as the table holds it."""
    known = {name: item[name] for name in Broadcast.__slots__ if name in item}
    return Broadcast(**known | {"plan": Plan(**item["plan"])})


def _item(broadcast: Broadcast) -> dict[str, Any]:
    item: dict[str, Any] = {name: getattr(broadcast, name) for name in Broadcast.__slots__}
    item["plan"] = {name: value for name in Plan.__slots__ if (value := getattr(broadcast.plan, name)) is not None}
    waits = {"due_shard": keys.JOBS} if broadcast.due_at is not None else {}
    return {"type": "broadcast", "v": 1} | item | waits
