"""The one way into the base: a person, what the person said, and its proof, taken together or not at all.

What becomes of an arrival is decided purely (arrivals.py), and written in one transaction, so no consent is ever
without its proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.audience.arrivals import Arrival, Outcome, Taking, decide, opposition_to
from chalicelib.audience.newcomers import Newcomers
from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.base_sizes import resized
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.table import Table, TransactionRefused, Write
from chalicelib.vault import Vault

__all__ = ["BATCH", "Arrival", "Intake", "Outcome", "Taking", "decide"]

BATCH = 95
"""What two batch reads and five transactions hold: nineteen newcomers with an e-mail each."""
_MOST_WRITES = 99
"""Of the hundred that a transaction takes, one counts the base's contacts."""
_ATTEMPTS = 6


class _Written(NamedTuple):
    """What is to be written for one arrival of a batch."""

    position: int
    text: str
    number: int
    """Of the writes."""
    identifiers: frozenset[str]
    """Items that another person's writes may name too."""
    forgotten: tuple[str, ...] = ()


class Intake:
    """Takes arrivals. Whatever way they come, they come through here."""

    def __init__(self, table: Table, contacts: Contacts, ledgers: Ledgers, vault: Vault, clock: Clock) -> None:
        self._table = table
        self._contacts = contacts
        self._ledgers = ledgers
        self._vault = vault
        self._clock = clock
        self._newcomers = Newcomers(table, vault)

    def take(self, base: str, arrival: Arrival, *, verified: bool = False) -> Outcome:
        """Take one arrival. `verified`: the person has proved that the phone is theirs, which lifts an opposition.

        Raises StorageUnavailable; trying again is always right.
        """
        person = self._vault.person(arrival.profile.phone)
        for _ in range(_ATTEMPTS):
            known, ledger = self._contacts.get(base, person), self._ledgers.get(person)
            now = self._clock.now()
            taking = decide(self._vault, base, person, known, ledger, arrival, now, verified=verified)
            if not taking.writes:
                return taking.outcome
            try:
                self._table.transact([*taking.writes, *_grown(base, person, int(taking.outcome == "added"))])
            except TransactionRefused:
                continue  # Somebody else wrote the contact: decide anew.
            self._forget(base, person, taking.forgotten)
            return taking.outcome
        raise StorageUnavailable("the contact kept changing")

    def take_many(self, base: str, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Take up to 100 arrivals, in their order: two batch reads, and few transactions. Raises StorageUnavailable."""
        people = [self._vault.person(arrival.profile.phone) for arrival in arrivals]
        known = self._contacts.get_all(base, people)
        ledgers = self._ledgers.get_all(people)
        now = self._clock.now()
        outcomes: dict[int, Outcome] = {}
        batch: list[_Written] = []
        alone: list[int] = []
        met: set[str] = set()
        for position, (person, arrival) in enumerate(zip(people, arrivals, strict=True)):
            if person in met:
                alone.append(position)  # What it is decided from is only just being written.
                continue
            met.add(person)
            contact, ledger = known.get(person), ledgers[person]
            if not contact and not opposition_to(ledger, base):
                outcomes[position] = "added"
                text, identifiers = self._newcomers.writes(base, person, arrival, now)
                batch.append(_Written(position, text, 3 + len(identifiers), identifiers))
                continue
            taking = decide(self._vault, base, person, contact, ledger, arrival, now)
            outcomes[position] = taking.outcome
            if taking.writes:
                text = self._table.text_of(taking.writes)
                batch.append(_Written(position, text, len(taking.writes), taking.identifiers, taking.forgotten))
        for chunk in _chunks(batch):
            try:
                added = sum(outcomes[written.position] == "added" for written in chunk)
                grown = [self._table.text_of([write]) for write in _grown(base, people[chunk[0].position], added)]
                self._table.transact_texts([*(written.text for written in chunk), *grown])
            except TransactionRefused:
                alone += [written.position for written in chunk]
            else:
                for written in chunk:
                    self._forget(base, people[written.position], written.forgotten)
        for position in sorted(alone):
            outcomes[position] = self.take(base, arrivals[position])
        return [outcomes[position] for position in range(len(arrivals))]

    def _forget(self, base: str, person: str, forgotten: Sequence[str]) -> None:
        for hmac in forgotten:
            self._contacts.forget_identifier(base, hmac, person)


def _grown(base: str, person: str, added: int) -> list[Write]:
    """The write that counts the contacts which takings add to a base, where they do."""
    return [resized(base, person, added)] if added else []


def _chunks(batch: Sequence[_Written]) -> list[list[_Written]]:
    """Takings in transactions that have room for one more write, none of which names an item twice."""
    chunks: list[list[_Written]] = []
    identifiers: set[str] = set()
    writes = _MOST_WRITES + 1
    for written in batch:
        if writes + written.number > _MOST_WRITES or not identifiers.isdisjoint(written.identifiers):
            chunks.append([])
            identifiers, writes = set(), 0
        chunks[-1].append(written)
        identifiers |= written.identifiers
        writes += written.number
    return chunks
