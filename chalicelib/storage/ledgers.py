"""The pressure ledger: what a person was sent lately, and what the person opposed.

One item for both, with a version: a send claims it at the version that its decision was read from, and an opposition
moves the version, so whichever is recorded first wins (design.md, "Pressure ledger").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from chalicelib.clock import DAY
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Table, TransactionRefused, Update

EVERYONE = "*"
"""An opposition to every advertiser."""
_REMEMBERED = 31 * DAY
_OPPOSED = "opposed."


@dataclass(frozen=True, slots=True)
class Send:
    """One SMS that was claimed for sending."""

    at: int
    advertiser: str
    journey: str
    message_class: str
    message: str


@dataclass(frozen=True, slots=True)
class Opposition:
    """A person's no."""

    at: int
    how: str
    """`stop` for a reply, `unsubscribe` for the page."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A person's recent sends, and oppositions by advertiser."""

    person: str
    version: int = 0
    sends: tuple[Send, ...] = ()
    opposed: Mapping[str, Opposition] = field(default_factory=dict)

    def opposition(self, advertiser: str) -> Opposition | None:
        """The person's no to this advertiser, or to everyone."""
        return self.opposed.get(EVERYONE) or self.opposed.get(advertiser)


class Ledgers:
    """Reads and writes of the ledger; the claim itself is messages' transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, person: str) -> Ledger:
        """The person's ledger; a blank one where there is none."""
        item = self._table.get(keys.ledger(person))
        return from_item(item) if item else Ledger(person)

    def oppose(self, person: str, advertiser: str, opposition: Opposition, counted: Update) -> bool:
        """Record a no, and count it, once. False where the person has said it before: the first one stands."""
        record = Update(
            keys.ledger(person),
            "SET #type = :type, #v = :v, #person = :person, #opposed = :opposition ADD #version :one",
            {"type": "ledger", "v": 1, "person": person, "opposition": asdict(opposition), "one": 1},
            condition="attribute_not_exists(#opposed)",
            names={"opposed": _OPPOSED + advertiser},
        )
        try:
            self._table.transact([record, counted])
        except TransactionRefused as refused:
            if refused.failed:
                return False
            raise
        return True

    def move(self, person: str) -> None:
        """Move the ledger's version: no claim that was decided from an older state can succeed any more."""
        self._table.update(
            Update(
                keys.ledger(person),
                "SET #type = :type, #v = :v, #person = :person ADD #version :one",
                {"type": "ledger", "v": 1, "person": person, "one": 1},
            )
        )


def claim(ledger: Ledger, send: Send) -> Update:
    """The write that adds a send, on condition that the ledger is still as it was read."""
    kept = [past for past in ledger.sends if past.at > send.at - _REMEMBERED]
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
    )
