"""The pressure ledger: what a person was sent lately, and what the person opposed.

One item for both, with a version: a send claims it at the version that its decision was read from, and an opposition
moves the version, so whichever is recorded first wins (design.md, "Pressure ledger").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.caps import LONGEST_WINDOW
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Table, TransactionRefused, Update

EVERYONE = "*"
"""An opposition to every advertiser."""
_REMEMBERED = LONGEST_WINDOW
MOST_SENDS = 500
"""Of one person in that time: the item stays small, and nobody is sent more, whatever the caps say."""
_OPPOSED = "opposed."
_WISH = "wish."
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Send:
    """One SMS that was claimed for sending."""

    at: int
    advertiser: str
    journey: str
    """Or the campaign."""
    message_class: str
    message: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Opposition:
    """A person's no."""

    at: int
    how: str
    """`stop` for a reply, `unsubscribe` for the page, `carrier` for what a provider or carrier was told."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of an advertiser that may go on writing: less often, or not of everything."""

    at: int
    every_ms: int = 0
    """At most one marketing SMS in this time; 0 where the person asked for no such thing."""
    without: tuple[str, ...] = ()
    """Kinds of messages (messaging/wishes.py) that the person does not want."""

    def narrowed(self, other: Wish) -> Wish:
        """Both wishes together. Only the person, by a code to the phone, may widen again."""
        return Wish(other.at, max(self.every_ms, other.every_ms), tuple(sorted({*self.without, *other.without})))


@dataclass(frozen=True, slots=True)
class Ledger:
    """A person's recent sends, and oppositions by advertiser."""

    person: str
    version: int = 0
    sends: tuple[Send, ...] = ()
    opposed: Mapping[str, Opposition] = field(default_factory=dict)
    readmitted: Mapping[str, int] = field(default_factory=dict)
    """Advertisers that the person came back to, and when: a no to everyone does not hold for them."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """By advertiser."""

    @property
    def written_by(self) -> frozenset[str]:
        """Whom a no goes to that names nobody: all that wrote to this phone lately, and everyone where none did."""
        return frozenset(send.advertiser for send in self.sends) or frozenset((EVERYONE,))

    def is_full(self, now: int) -> bool:
        """Whether no send can be added without forgetting one that a cap may have to count."""
        return len(_remembered(self, now)) >= MOST_SENDS

    def opposition(self, advertiser: str) -> Opposition | None:
        """The person's no to this advertiser, or to everyone."""
        if advertiser in self.opposed:
            return self.opposed[advertiser]
        return None if advertiser in self.readmitted else self.opposed.get(EVERYONE)


class Ledgers:
    """Reads and writes of the ledger; the claim itself is messages' transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, person: str) -> Ledger:
        """The person's ledger; a blank one where there is none."""
        item = self._table.get(keys.ledger(person))
        return from_item(item) if item else Ledger(person)

    def oppose(self, person: str, advertiser: str, opposition: Opposition, *counted: Update) -> bool:
        """Record a no, and count it, once. False where the person has said it before: the first one stands.

        A no to everyone ends what the person came back to.
        """
        everyone = advertiser == EVERYONE
        record = Update(
            keys.ledger(person),
            "SET #type = :type, #v = :v, #person = :person, #opposed = :opposition"
            + (" REMOVE #readmitted" if everyone else "")
            + " ADD #version :one",
            {"type": "ledger", "v": 1, "person": person, "opposition": asdict(opposition), "one": 1},
            condition="attribute_not_exists(#opposed)" + (" OR attribute_exists(#readmitted)" if everyone else ""),
            names={"opposed": _OPPOSED + advertiser},
        )
        try:
            self._table.transact([record, *counted])
        except TransactionRefused as refused:
            if refused.failed:
                return False
            raise
        return True

    def narrow(self, person: str, advertiser: str, wish: Wish, counted: Update) -> bool:
        """Record what a person asks to get less of, and count it. False where that holds already.

        Like an opposition it moves the version: no message that was decided without it is claimed any more.
        """
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = ledger.wishes.get(advertiser, Wish(wish.at))
            both = known.narrowed(wish)
            if (both.every_ms, both.without) == (known.every_ms, known.without):
                return False
            record = Update(
                keys.ledger(person),
                "SET #type = :type, #v = :v, #person = :person, #wish = :wish ADD #version :one",
                {"type": "ledger", "v": 1, "person": person, "wish": asdict(both), "one": 1, "read": ledger.version},
                condition="attribute_not_exists(#version) OR #version = :read",
                names={"wish": _WISH + advertiser},
            )
            with suppress(TransactionRefused):
                self._table.transact([record, counted])
                return True
        raise StorageUnavailable("the ledger kept changing")

    def widen(self, person: str, advertiser: str) -> None:
        """Forget a wish: the person, known by a code to the phone, wants everything again, or was erased."""
        self._table.update(
            Update(
                keys.ledger(person),
                "SET #type = :type, #v = :v, #person = :person REMOVE #wish ADD #version :one",
                {"type": "ledger", "v": 1, "person": person, "one": 1},
                names={"wish": _WISH + advertiser},
            )
        )

    def get_all(self, people: Iterable[str]) -> dict[str, Ledger]:
        """The ledgers of up to 100 people, in one call."""
        wanted = list(dict.fromkeys(people))
        found = self._table.get_many([keys.ledger(person) for person in wanted])
        known = {str(item["person"]): from_item(item) for item in found.values()}
        return {person: known.get(person) or Ledger(person) for person in wanted}

    def remember(self, person: str, sends: Iterable[Send], now: int) -> int:
        """Add sends that another tool made, those of the last 31 days. Returns how many were new.

        Raises StorageUnavailable where the ledger kept changing.
        """
        told = {send.message: send for send in sends if now - _REMEMBERED < send.at <= now}
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = {send.message for send in ledger.sends}
            new = [send for message, send in told.items() if message not in known]
            if not new:
                return 0
            kept = sorted((*ledger.sends, *new), key=lambda send: send.at)[-MOST_SENDS:]
            with suppress(ConditionFailed):
                self._table.update(
                    Update(
                        keys.ledger(person),
                        "SET #type = :type, #v = :v, #person = :person, #sends = :sends ADD #version :one",
                        {
                            "type": "ledger",
                            "v": 1,
                            "person": person,
                            "sends": [asdict(send) for send in kept],
                            "one": 1,
                            "read": ledger.version,
                        },
                        condition="attribute_not_exists(#version) OR #version = :read",
                    )
                )
                return len(new)
        raise StorageUnavailable("the ledger kept changing")

    def forget_sends(self, person: str, advertiser: str) -> None:
        """Forget what an advertiser sent to a person. The no that the person said stays."""
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            kept = [asdict(send) for send in ledger.sends if send.advertiser != advertiser]
            if len(kept) == len(ledger.sends):
                return
            with suppress(ConditionFailed):
                self._table.update(
                    Update(
                        keys.ledger(person),
                        "SET #sends = :kept ADD #version :one",
                        {"kept": kept, "one": 1, "read": ledger.version},
                        condition="#version = :read",
                    )
                )
        raise StorageUnavailable("the ledger kept changing")


def moved(person: str) -> Update:
    """The write that moves a ledger's version: no claim that was decided from an older state can succeed any more."""
    return Update(
        keys.ledger(person),
        "SET #type = :type, #v = :v, #person = :person ADD #version :one",
        {"type": "ledger", "v": 1, "person": person, "one": 1},
    )


def unmoved(ledger: Ledger) -> Update:
    """The write that changes nothing, on condition that the ledger is as it was read: nobody has said no since."""
    return Update(
        keys.ledger(ledger.person),
        "SET #type = :type, #v = :v, #person = :person, #version = :read",
        {"type": "ledger", "v": 1, "person": ledger.person, "read": ledger.version},
        condition="attribute_not_exists(#version) OR #version = :read",
    )


def readmit(ledger: Ledger, advertiser: str, at: int) -> Update:
    """The write that takes back a person's no to one advertiser, on condition that the ledger is as it was read.

    A no to everyone stays in force for all others. The caller has made sure that it is the person who asks.
    """
    return Update(
        keys.ledger(ledger.person),
        "SET #readmitted = :readmitted REMOVE #opposed ADD #version :one",
        {"readmitted": {**ledger.readmitted, advertiser: at}, "one": 1, "read": ledger.version},
        condition="#version = :read",
        names={"opposed": _OPPOSED + advertiser},
    )


def claim(ledger: Ledger, send: Send) -> Update:
    """The write that adds a send, on condition that the ledger is still as it was read.

    A message that is in the ledger already is counted once, at the newer time.
    """
    kept = [past for past in _remembered(ledger, send.at) if past.message != send.message]
    return Update(
        keys.ledger(ledger.person),
        "SET #type = :type, #v = :v, #person = :person, #sends = :sends, #version = :next",
        {
            "type": "ledger",
            "v": 1,
            "person": ledger.person,
            "sends": [asdict(past) for past in (*kept, send)],
            "next": ledger.version + 1,
            "read": ledger.version,
        },
        condition="#version = :read" if ledger.version else "attribute_not_exists(#version) OR #version = :read",
    )


def release(ledger: Ledger, message: str) -> Update:
    """The write that takes a send back which never left, on condition that the ledger is still as it was read."""
    return Update(
        keys.ledger(ledger.person),
        "SET #sends = :sends ADD #version :one",
        {
            "sends": [asdict(send) for send in ledger.sends if send.message != message],
            "one": 1,
            "read": ledger.version,
        },
        condition="#version = :read",
    )


def from_item(item: Item) -> Ledger:
    """A ledger as the table holds it."""
    return Ledger(
        person=item["person"],
        version=item["version"],
        sends=tuple(Send(**send) for send in item.get("sends", ())),
        opposed={
            name.removeprefix(_OPPOSED): Opposition(**value)
            for name, value in item.items()
            if name.startswith(_OPPOSED)
        },
        readmitted=item.get("readmitted", {}),
        wishes={
            name.removeprefix(_WISH): Wish(value["at"], value["every_ms"], tuple(value["without"]))
            for name, value in item.items()
            if name.startswith(_WISH)
        },
    )


def _remembered(ledger: Ledger, now: int) -> list[Send]:
    return [send for send in ledger.sends if send.at > now - _REMEMBERED]
