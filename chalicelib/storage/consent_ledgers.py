"""Consent ledgers: append-only chains of entries, a register of each day's, and the roots over the registers.

A chain has a random name, so that what stays of it after an erasure leads to nobody. docs/adr/0011 says why it is so.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.contacts import Contact
from chalicelib.storage.table import Put, Table, TransactionRefused, Update

Kind = Literal["statement", "erased"]


class Entry(NamedTuple):
    """One entry of a chain. Its hash covers everything but what an erasure takes away."""

    chain: str
    sequence: int
    """From 1."""
    kind: Kind
    recorded_at: int
    previous: str
    """Hash of the entry before; empty for the first."""
    commitment: str
    """SHA-256 of the salted statement; the signature where it is a tombstone."""
    hash: str
    payload: bytes | None = None
    """The salted statement, under the contact's own key."""
    subject: bytes | None = None
    """In the first entry, whose chain it is: sealed."""


@dataclass(frozen=True, slots=True)
class Registered:
    """That a chain took an entry on a day."""

    chain: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Root:
    """The signed hash over a day's register and the root before."""

    day: str
    """`20260302`, UTC."""
    entries: int
    previous: str
    hash: str
    signature: str


class ConsentLedgers:
    """Reads of chains, registers and roots; `append` and `bury` are writes of somebody's transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def entries(self, chain: str) -> list[Entry]:
        """A chain, in its order."""
        return [_entry(item) for item in self._table.query(keys.chain(chain))]

    def entry(self, chain: str, sequence: int) -> Entry | None:
        """One entry of a chain, or None."""
        item = self._table.get(keys.chain_entry(chain, sequence))
        return _entry(item) if item else None

    def registered(self, day: str) -> Iterator[Registered]:
        """What all chains took on a day, in the register's order."""
        for shard in range(keys.REGISTER_SHARDS):
            for item in self._table.query(keys.register_partition(day, shard)):
                yield Registered(item["chain"], item["sequence"], item["hash"])

    def roots(self) -> list[Root]:
        """All roots, the oldest first."""
        return [_root(item) for item in self._table.query(keys.ROOTS)]

    def latest_root(self) -> Root | None:
        """The newest root, or None."""
        newest = self._table.query(keys.ROOTS, newest_first=True, limit=1)
        return next((_root(item) for item in newest), None)

    def save_root(self, root: Root) -> None:
        """Store a root; ConditionFailed where the day has one."""
        item = {
            "type": "root",
            "v": 1,
            "day": root.day,
            "entries": root.entries,
            "previous": root.previous,
            "hash": root.hash,
            "signature": root.signature,
        }
        self._table.put(Put(keys.root(root.day), item, "attribute_not_exists(pk)"))

    def keep_proof(self, person: str, base: str, chain: str, sealed: bytes, until: int) -> None:
        """Keep what may be needed in a dispute, and nothing else, until then."""
        item = {"type": "proof", "v": 1, "sealed": sealed, "ttl": until // SECOND}
        self._table.put(Put(keys.proof(person, base, chain), item))

    def close(self, stone: Entry, contact: Contact) -> None:
        """End a chain. Its contact, where it is still there, takes the tombstone for its last entry."""
        head = Update(
            keys.contact(contact.base, contact.person),
            "SET #head = :head, #length = :length",
            {"head": stone.hash, "length": stone.sequence, "read": contact.length},
            condition="#length = :read",
        )
        try:
            self._table.transact([*append(stone), head])
        except TransactionRefused:
            if self._table.get(keys.contact(contact.base, contact.person)):
                raise
            self._table.transact(append(stone))

    def shred(self, entry: Entry) -> None:
        """Take an entry's payload and subject away; its hash stays as it was."""
        self._table.update(
            Update(
                keys.chain_entry(entry.chain, entry.sequence),
                "REMOVE #payload, #subject",
                condition="attribute_exists(pk)",
            )
        )


def append(entry: Entry) -> tuple[Put, Put]:
    """The writes that add an entry to its chain and to its day's register."""
    item = {"type": "consent", "v": 1, **entry._asdict()}
    line = {"type": "register", "v": 1, "chain": entry.chain, "sequence": entry.sequence, "hash": entry.hash}
    register = register_of(entry.chain, entry.recorded_at)
    return (
        Put(keys.chain_entry(entry.chain, entry.sequence), item, "attribute_not_exists(pk)"),
        Put(keys.register(register, entry.chain, entry.sequence), line),
    )


def register_of(chain: str, at: int) -> str:
    """The partition of the register in which what a chain takes now (epoch ms) is told."""
    return keys.register_partition(day_of(at), zlib.crc32(chain.encode()) % keys.REGISTER_SHARDS)


def day_of(at: int) -> str:
    """The UTC day of a moment (epoch ms), as registers and roots name it."""
    return _day(at // DAY)


@lru_cache(maxsize=64)
def _day(number: int) -> str:
    return time.strftime("%Y%m%d", time.gmtime(number * DAY // SECOND))


def _entry(item: Item) -> Entry:
    return Entry(
        chain=item["chain"],
        sequence=item["sequence"],
        kind=item["kind"],
        recorded_at=item["recorded_at"],
        previous=item["previous"],
        commitment=item["commitment"],
        hash=item["hash"],
        payload=item.get("payload"),
        subject=item.get("subject"),
    )


def _root(item: Item) -> Root:
    return Root(item["day"], item["entries"], item["previous"], item["hash"], item["signature"])
