"""Tells a restored table of the oppositions and erasures since: until then it may not be sent from (docs/adr/0010)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.audience.erasure import Erasure
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledgers import Ledgers, Opposition
from chalicelib.storage.opposition_log import Record


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    records: int = 0
    opposed: int = 0
    erased: int = 0


class Replay:
    """Applies records that the table does not know of. A record that it knows changes nothing."""

    def __init__(self, contacts: Contacts, ledgers: Ledgers, erasure: Erasure) -> None:
        self._contacts = contacts
        self._ledgers = ledgers
        self._erasure = erasure

    def run(self, records: Iterable[Record]) -> Replayed:
        """Apply records, given in the order of time; it can be run again. Raises StorageUnavailable."""
        seen = opposed = erased = 0
        for record in standing(records):
            seen += 1
            if record.kind == "erased":
                erased += self._erase(record)
            elif record.kind == "opposed":
                opposed += self._oppose(record)
        return Replayed(seen, opposed, erased)

    def _oppose(self, record: Record) -> bool:
        ledger = self._ledgers.get(record.person)
        known = ledger.opposed.get(record.scope)
        if known or ledger.readmitted.get(record.scope, 0) >= record.at:
            return False
        counted = count(SERVICE, f"{record.person}/{record.scope}", record.at, "replayed.opposed")
        return self._ledgers.oppose(record.person, record.scope, Opposition(record.at, record.how), counted)

    def _erase(self, record: Record) -> bool:
        contact = self._contacts.get(record.scope, record.person)
        if contact is None or contact.acted_at > record.at:
            return False  # Whoever acted after the erasure has come back.
        return self._erasure.erase(record.scope, record.person) is not None


def standing(records: Iterable[Record]) -> list[Record]:
    """The last word of each person to each advertiser, and the last erasure of each contact; in the order of time."""
    last: dict[tuple[bool, str, str], Record] = {}
    for record in records:
        subject = (record.kind == "erased", record.person, record.scope)
        last.pop(subject, None)
        last[subject] = record
    return list(last.values())
