"""Messages: one item from intention to receipt, moved by conditional writes, and found by when it is due.

Every message that waits for something has a due time in the sparse index `due`, whatever it waits for: its moment
(`scheduled`), the queue (`queued`), the provider (`sending`). So nothing that waits can be forgotten.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.carts import Contents, Product, contents_from
from chalicelib.storage.codec import Item
from chalicelib.storage.daybook import RECORDS
from chalicelib.storage.table import ConditionFailed, Put, Table, Update, Write
from chalicelib.storage.writes import Noted

RETENTION = 3 * 365 * DAY
"""Of messages, from their making: why one was sent can be asked as long as its person may be a contact."""

_BATCH = 100

State = Literal[
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "failed",
    "unknown",
    "deferred",
    "refused",
    "cancelled",
    "expired",
]
WAITING: frozenset[State] = frozenset({"scheduled", "queued", "deferred"})
"""A message in one of these has not been claimed: it can still be moved or stopped."""
MessageClass = Literal["marketing", "notification", "authorisation"]


@dataclass(frozen=True, slots=True)
class Step:
    """A thing that happened to a message."""

    state: State
    at: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One intended SMS. `text` and `data` are sealed."""

    id: str
    state: State
    version: int
    """Moves when the due time does, so that an older order in the queue is known to be stale."""
    message_class: MessageClass
    advertiser: str
    journey: str
    """What led to it: a journey's name, `broadcast`, `api`."""
    base: str
    person: str
    created_at: int
    expires_at: int
    due_at: int | None
    site: str | None = None
    """The shop whose visit it is about: only who agreed to be matched with visits gets it."""
    campaign: str | None = None
    """A journey's id, a broadcast's, or what a back end called it."""
    enrolment: Mapping[str, Any] | None = None
    """Whose step it is: journey, subject and run of the contact's enrolment (storage/enrolments.py).

    Where the journey compares something, also its version (`definition`) and the contact's `arm`.
    """
    step: str | None = None
    variant: str | None = None
    template: str | None = None
    """The advertiser's template by its id; without one, the journey's own."""
    data: bytes | None = None
    """JSON of what came with it for its text (messaging/given.py)."""
    asks: Mapping[str, str] | None = None
    """The opt-in that its text asks for: the `wording` that it says, and its SHA-256 (`hash`)."""
    asked: str | None = None
    """Keyed fingerprint of the request that a back end made it by: the same id with another request is refused."""
    visitor: str | None = None
    product: Product | None = None
    cart: Contents | None = None
    """What the cart held that it is about."""
    cart_at: int = 0
    """When that cart was begun, by the sender's clock: a purchase since then makes it pointless."""
    cart_changed_at: int = 0
    """When it was last filled: only a later filling can lead to another message."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Which match led to it: kind, strength, when, and the consent that allowed it."""
    reason: str | None = None
    decision: Mapping[str, Any] = field(default_factory=dict)
    """What the sender saw when it decided."""
    text: bytes | None = None
    code: str | None = None
    promo: Mapping[str, Any] | None = None
    """The promo code that it took with its claim: code, pool, since and until (epoch ms)."""
    parts: int = 1
    country: str | None = None
    """Of the phone, as the sender saw it."""
    attempts: int = 0
    """How often it was claimed for a provider."""
    claimed_at: int = 0
    """When it was last."""
    claim: str | None = None
    """Whose claim that was: a random name, so that a worker whose answer was lost knows its own."""
    price: Mapping[str, Any] | None = None
    """What it costs, `micro` and `currency`, as its claim saw it; None where no price is known."""
    sent_at: int = 0
    """When a provider was first known to have taken it; 0 for never. Its price counts from then on."""
    replied_at: int = 0
    """When its person first answered it; 0 for never."""
    opposed_at: int = 0
    """When its person answered it with a no; 0 for never."""
    purchases: int = 0
    """How many orders are put down to it that stand: given back in whole, one does not."""
    sender: str | None = None
    """What the phone shows as the sender."""
    provider: str | None = None
    provider_id: str | None = None
    history: tuple[Step, ...] = ()
    phone: bytes | None = None
    """Sealed: of an answer to somebody who need be in no base (replies/answering.py)."""

    @property
    def is_answer(self) -> bool:
        """Whether it answers what its person has written: other rules hold for it (messaging/answer_rules.py)."""
        return "reply" in self.evidence

    @property
    def enrolled_by(self) -> tuple[keys.Key, int] | None:
        """The enrolment that it hangs on, and its run; None for what no journey meant."""
        if self.enrolment is None:
            return None
        key = keys.enrolment(self.base, self.person, self.enrolment["journey"], self.enrolment["subject"])
        return key, self.enrolment["run"]

    @property
    def series(self) -> str:
        """What caps at the level `campaign` count together: the campaign, else the journey."""
        return self.campaign or self.journey


@dataclass(frozen=True, slots=True)
class DueMessage:
    """What the index tells of a message whose time has come."""

    id: str
    state: State
    version: int
    due_at: int
    expires_at: int
    advertiser: str


class Messages:
    """Storage of messages. Which moves are allowed is decided in messaging/states.py and passed in."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, message_id: str) -> Message | None:
        """One message, or None."""
        item = self._table.get(keys.message(message_id))
        return from_item(item) if item else None

    def get_all(self, message_ids: Iterable[str]) -> dict[str, Message]:
        """Up to 100 messages by their ids, in one call; those that are not there are left out."""
        found = self._table.get_many([keys.message(message_id) for message_id in message_ids])
        return {str(item["id"]): from_item(item) for item in found.values()}

    def of_contact(self, base: str, person: str) -> list[Message]:
        """All that a contact was meant to be sent, the newest first: by its own references, never by a scan."""
        partition = keys.contact_partition(base, person)
        ids = [str(ref["message"]) for ref in self._table.query(partition, keys.MESSAGE_PREFIX)]
        found: list[Message] = []
        for start in range(0, len(ids), _BATCH):
            found += self.get_all(ids[start : start + _BATCH]).values()
        return sorted(found, key=lambda message: -message.created_at)

    def due(self, shard: int, until: int) -> Iterator[DueMessage]:
        """Messages of one shard that are due by `until`, the longest overdue first."""
        for item in self._table.query_index(keys.DUE_INDEX, "due_shard", str(shard), "due_at", until):
            yield DueMessage(
                id=item["id"],
                state=item["state"],
                version=item["version"],
                due_at=item["due_at"],
                expires_at=item["expires_at"],
                advertiser=item["advertiser"],
            )

    def lease(self, due: DueMessage, state: State, until: int) -> bool:
        """Put a due message into `state` until a lease ends. False where somebody else has moved it."""
        try:
            self._table.update(
                Update(
                    keys.message(due.id),
                    "SET #state = :state, #due_at = :until",
                    {"state": state, "until": until, "found": due.state, "due": due.due_at, "version": due.version},
                    condition="#state = :found AND #due_at = :due AND #version = :version",
                )
            )
        except ConditionFailed:
            return False
        return True

    def commit(self, writes: list[Write]) -> None:
        """Make a message's move together with what must move with it; TransactionRefused where it may not."""
        self._table.transact(writes)


def create(message: Message) -> Put:
    """The write that makes a message."""
    item = {"type": "message", "v": 1, "ttl": (message.created_at + RETENTION) // SECOND} | asdict(message)
    item |= keys.listed("messages", message.advertiser, keys.listed_at(message.created_at, message.id))
    noted = Noted(message.advertiser, RECORDS, message.created_at, {"message.made": 1}, message=message.id)
    key = keys.message(message.id)
    return Put(key, item | {"due_shard": _shard(message.id)}, "attribute_not_exists(pk)", notes=noted)


def reference(message: Message) -> Put:
    """What leads from a contact to its message, for an export or an erasure: messages have no index by person."""
    return Put(
        keys.message_of(message.base, message.person, message.id),
        {
            "type": "message_reference",
            "v": 1,
            "message": message.id,
            "ttl": (message.created_at + RETENTION) // SECOND,
        },
    )


def move(
    message_id: str,
    allowed: Iterable[State],
    to: Step,
    *,
    version: int | None = None,
    claim: str | None = None,
    due_at: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Update:
    """The write that moves a message to a state, on condition that it stands in one of `allowed`.

    A message with no `due_at` waits for nothing and leaves the index. `facts` are attributes to set with it.
    """
    facts = facts or {}
    condition, states = _stands_in(allowed)
    sets = ["#state = :state", "#reason = :reason", "#history = list_append(#history, :step)"]
    sets += [f"#{name} = :{name}" for name in facts]
    values: Item = {"state": to.state, "reason": to.reason, "step": [asdict(to)]} | states | dict(facts)
    if version is not None:
        condition += " AND #version = :found_version"
        values["found_version"] = version
    if claim is not None:
        condition += " AND #claim = :found_claim"
        values["found_claim"] = claim
    if due_at is None:
        expression = f"SET {', '.join(sets)} REMOVE #due_at, #due_shard"
    else:
        expression = f"SET {', '.join([*sets, '#due_at = :due_at'])}"
        values["due_at"] = due_at
    return Update(keys.message(message_id), expression, values, condition)


def first(message_id: str, moment: Literal["replied_at", "opposed_at"], at: int) -> Update:
    """The write that notes what a person did about a message, on condition that nothing of the kind was noted."""
    return Update(
        keys.message(message_id),
        f"SET #{moment} = :at",
        {"at": at, "never": 0},
        f"attribute_exists(#pk) AND (attribute_not_exists(#{moment}) OR #{moment} = :never)",
    )


def bought(message: Message, purchases: int) -> Update:
    """The write of how many orders are put down to a message, on condition that it is as it was read."""
    return Update(
        keys.message(message.id),
        "SET #purchases = :purchases",
        {"purchases": purchases, "read": message.purchases},
        "#purchases = :read" if message.purchases else "attribute_not_exists(#purchases) OR #purchases = :read",
    )


def ignored(message_id: str, state: State) -> Update:
    """The write that counts a report which changes nothing, on condition that the message still stands in `state`."""
    return Update(keys.message(message_id), "ADD #ignored :one", {"one": 1, "state": state}, "#state = :state")


def from_item(item: Item) -> Message:
    """A message as the table holds it."""
    known = {name: item[name] for name in Message.__slots__ if name in item}
    product = item.get("product")
    history = tuple(Step(**step) for step in item["history"])
    return Message(
        **{"visitor": None, "due_at": None}
        | known
        | {
            "product": Product(**{"name": None, "url": None} | product) if product else None,
            "cart": contents_from(item.get("cart")),
            "history": history,
            # An item of before has it in its history only.
            "sent_at": item.get("sent_at") or next((step.at for step in history if step.state == "sent"), 0),
        }
    )


def phone_place(message_id: str) -> str:
    """What the phone of an answer is sealed for."""
    return f"message-phone/{message_id}"


def _stands_in(states: Iterable[State]) -> tuple[str, Item]:
    """The condition that a message stands in one of `states`, and its values."""
    values = {f"from{position}": state for position, state in enumerate(states)}
    return f"#state IN ({', '.join(':' + name for name in values)})", values


def _shard(message_id: str) -> str:
    return str(zlib.crc32(message_id.encode()) % keys.DUE_SHARDS)
