"""A contact's place in a journey: what it is about, which step comes next and when, what the steps before came to.

An enrolment that waits for a step stands in the index `due` under that step's time, as a message does: what a tick
costs grows with what is due. Each write is made on condition that nobody has written since it was read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import events, keys, messages
from chalicelib.storage.carts import Product
from chalicelib.storage.codec import Item
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.counters import difference
from chalicelib.storage.occasions import Occasions, occasions, one_more
from chalicelib.storage.table import Check, ConditionFailed, Put, Table, TransactionRefused, Update, Write

UNSIGNED_ENROLS_EVERY = DAY
"""A browser that nobody vouches for could name one phone after the other."""

State = Literal["active", "done", "left"]
NotEnrolled = Literal["enrolled_meanwhile", "browser_enrolled_another", "limit_reached"]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step came to."""

    step: str
    at: int
    outcome: str
    """`sent` for one that was handed to the sender, `held_out`, else why it was passed over."""
    message: str | None = None
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The newest enrolment of a contact in a journey, about one thing. All moments are epoch ms."""

    base: str
    person: str
    journey: str
    subject: str
    """What it is about: a site, or `<site>#<order>`."""
    advertiser: str
    site: str
    state: State
    definition: int
    """The version of the journey that it follows."""
    version: int = 0
    """Moves with each write."""
    run: int = 0
    """How often this contact has begun this journey about this."""
    begun_at: int = 0
    """When it was stored as begun: the hour that it is counted in."""
    entered_at: int = 0
    """When what began it happened."""
    changed_at: int = 0
    """When that was last renewed: the cart filled, the product looked at."""
    active_at: int = 0
    """The visitor's last sign."""
    left_at: int = 0
    """The latest moment of something that ends the journey; it may be known before what begins it is."""
    reason: str | None = None
    """Why it ended."""
    step: int = 0
    """The position of the step that comes next."""
    planned_at: int = 0
    """When that step was to be due."""
    due_at: int | None = None
    """When it is looked at: later than planned where the hours do not allow it yet. None: never."""
    paused_until: int = 0
    """Until when its step waits, or waited, for the end of a conversation (journeys/pausing.py)."""
    previous_at: int = 0
    """When the step before was to be due."""
    visitor: str | None = None
    product: Product | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the event told that began it (journeys/facts.py)."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Why the contact is held to be who did it."""
    ran: tuple[Ran, ...] = ()
    """The steps of this run."""
    offer: tuple[str, ...] = ()
    """The ids of the product that a step has offered, its variants' included."""
    reply: str | None = None
    """What the person has answered to its SMS, as an intent: `positive`, `problem`, …"""
    followed_up: bool = False
    """Whether that was answered with the link again already (replies/automatic.py)."""
    held_out: bool = False
    """Whether the contact is one of those who get nothing, to compare with."""

    @property
    def key(self) -> keys.Key:
        """Where it is stored."""
        return keys.enrolment(self.base, self.person, self.journey, self.subject)

    @property
    def message(self) -> str | None:
        """The newest message of this run."""
        return next((ran.message for ran in reversed(self.ran) if ran.message), None)


@dataclass(frozen=True, slots=True)
class DueStep:
    """What the index tells of an enrolment whose step's time has come."""

    key: keys.Key
    version: int
    due_at: int


class Enrolments:
    """One item per contact, journey and subject."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, key: keys.Key) -> Enrolment | None:
        """One enrolment, or None."""
        item = self._table.get(key)
        return from_item(item) if item else None

    def of_contact(self, base: str, person: str, journey: str | None = None) -> list[Enrolment]:
        """A contact's enrolments in one journey, or in all."""
        prefix = keys.enrolments_in(journey) if journey else keys.ENROLMENT_PREFIX
        return [from_item(item) for item in self._table.query(keys.contact_partition(base, person), prefix)]

    def due(self, place: int, until: int) -> Iterator[DueStep]:
        """The steps of one of DUE_SHARDS places that are due by `until`, the longest overdue first."""
        for item in self._table.query_index(keys.DUE_INDEX, "due_shard", _shard(place), "due_at", until):
            yield DueStep((item["pk"], item["sk"]), item["version"], item["due_at"])

    def lease(self, due: DueStep, until: int) -> bool:
        """Have a step looked at again when a lease ends. False where somebody else has moved it."""
        change = Update(
            due.key,
            "SET #due_at = :until",
            {"until": until, "due": due.due_at, "version": due.version},
            condition="#due_at = :due AND #version = :version",
        )
        try:
            self._table.update(change)
        except ConditionFailed:
            return False
        return True

    def begun(self, enrolment: Enrolment) -> Occasions:
        """When its contact began its journey, whatever that was about."""
        return occasions(self._table, _begun(enrolment))

    def sent(self, enrolment: Enrolment, step: str) -> Occasions:
        """When its contact was sent a step of its journey, in whichever enrolment."""
        return occasions(self._table, _sent(enrolment, step))

    def enrol(
        self,
        enrolment: Enrolment,
        known: Enrolment | None,
        *,
        begun: tuple[Occasions, int] | None = None,
        unsigned: str | None = None,
        others: Sequence[Write] = (),
    ) -> NotEnrolled | None:
        """Store one that begins; None where that was done, else why not.

        `begun` is what its limit counted and for how many days. `unsigned` is the browser whose word is all
        that there is for it: it enrols one person a day.
        """
        writes = changed(enrolment, known)
        if begun:
            before, days = begun
            writes.append(one_more(_begun(enrolment), before, enrolment.entered_at, days))
        if unsigned:
            writes.append(_mark(enrolment, unsigned))
        try:
            self._table.transact([*writes, *others])
        except TransactionRefused as refused:
            if unsigned and refused.failed == {writes.index(writes[-1])}:
                return "browser_enrolled_another"
            if refused.failed:
                return "enrolled_meanwhile"
            raise
        return None

    def commit(self, writes: Sequence[Write]) -> None:
        """Make an enrolment's move together with what must move with it; TransactionRefused where it may not."""
        self._table.transact(writes)


def save(enrolment: Enrolment, known: Enrolment | None) -> Put:
    """The write of an enrolment, on condition that it is as it was `known`. Its version moves on."""
    version = known.version + 1 if known else 1
    item: Item = {"type": "enrolment", "v": 2, "ttl": _ttl(enrolment)} | asdict(enrolment) | {"version": version}
    del item["due_at"]
    if enrolment.due_at is not None:
        place = zlib.crc32(f"{enrolment.person}{enrolment.journey}".encode()) % keys.DUE_SHARDS
        item |= {"due_at": enrolment.due_at, "due_shard": _shard(place)}
    if known is None:
        return Put(enrolment.key, item, "attribute_not_exists(pk)")
    if known.version == 0:
        return Put(enrolment.key, item, "attribute_not_exists(#version)")
    return Put(enrolment.key, item, "#version = :known", {"known": known.version})


def changed(enrolment: Enrolment, known: Enrolment | None) -> list[Write]:
    """The writes of an enrolment with the counts that it moves. They belong into one transaction."""
    before = figures(known) if known and known.run == enrolment.run else {}
    by = difference(before, figures(enrolment))
    cohort = Cohort("journey", enrolment.advertiser, (enrolment.journey,), enrolment.begun_at)
    return [save(enrolment, known), *([cohort.moved(enrolment.person, by)] if by else [])]


def figures(enrolment: Enrolment) -> dict[str, int]:
    """What a run counts for: it has begun, and has led to an SMS, or to none and why, or waits."""
    if not enrolment.begun_at:
        return {}
    if enrolment.message:
        return {"begun": 1, "written_to": 1}
    if enrolment.state == "active":
        return {"begun": 1}
    last = enrolment.ran[-1].outcome if enrolment.ran else "ended"
    kept_out = any(ran.outcome == "held_out" for ran in enrolment.ran)
    return {"begun": 1, f"nothing.{'held_out' if kept_out else enrolment.reason or last}": 1}


def sent_once_more(enrolment: Enrolment, step: str, before: Occasions, at: int, within_days: int) -> Write:
    """That a step with a limit is sent, on condition that no other enrolment has sent it since that was looked at."""
    return one_more(_sent(enrolment, step), before, at, within_days)


def still_in(enrolment: keys.Key, run: int) -> Check:
    """The condition that a contact has not left a journey since one of its messages was made."""
    return Check(enrolment, "#run = :run AND #state <> :left", {"run": run, "left": "left"})


def from_item(item: Item) -> Enrolment:
    """An enrolment as the table holds it. Once it only told the message that was meant, and when."""
    if item["v"] == 1:
        return Enrolment(
            base=item["base"],
            person=item["person"],
            journey=item["journey"],
            subject=item["site"],
            advertiser="",
            site=item["site"],
            state="done",
            definition=0,
            run=1,
            entered_at=item["at"],
            ran=(Ran("cart", item["at"], "sent", item["message"]),),
        )
    known = {name: item[name] for name in Enrolment.__slots__ if name in item}
    product = item.get("product")
    return Enrolment(
        **known
        | {
            "product": Product(**{"name": None, "url": None} | product) if product else None,
            "ran": tuple(Ran(**ran) for ran in item["ran"]),
            "offer": tuple(item.get("offer", ())),
        }
    )


def _begun(enrolment: Enrolment) -> keys.Key:
    return keys.begun(enrolment.base, enrolment.person, enrolment.advertiser, enrolment.journey)


def _sent(enrolment: Enrolment, step: str) -> keys.Key:
    return keys.sent_step(enrolment.base, enrolment.person, enrolment.advertiser, enrolment.journey, step)


def _mark(enrolment: Enrolment, visitor: str) -> Update:
    """That a browser enrolled somebody, on condition that it has enrolled nobody else for a day."""
    return Update(
        keys.visitor(enrolment.site, visitor),
        "SET #enrolled = :enrolled",
        {
            "enrolled": {"person": enrolment.person, "at": enrolment.active_at},
            "person": enrolment.person,
            "before": enrolment.active_at - UNSIGNED_ENROLS_EVERY,
        },
        condition="attribute_exists(pk) AND (attribute_not_exists(#enrolled)"
        " OR #enrolled.#person = :person OR #enrolled.#at <= :before)",
    )


def _shard(place: int) -> str:
    """Shards of their own: a tick of messages does not meet enrolments."""
    return f"step-{place}"


def _ttl(enrolment: Enrolment) -> int:
    """What only says that nothing shall begin any more lives as long as an event may come late (storage/events.py)."""
    kept = messages.RETENTION if enrolment.run else events.RETENTION
    return (max(enrolment.entered_at, enrolment.left_at, enrolment.due_at or 0) + kept) // SECOND
