"""Tells a restored table of the oppositions and erasures since: until then it may not be sent from (docs/adr/0010)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chalicelib.audience.erasure import Erasure
from chalicelib.storage.contacts import Contact, Contacts, from_item
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.opposition_log import Record
from chalicelib.storage.table import Table
from chalicelib.vault import Vault, generation


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    records: int = 0
    opposed: int = 0
    erased: int = 0


class Replay:
    """Applies records that the table does not know of. A record that it knows changes nothing."""

    def __init__(self, table: Table, contacts: Contacts, ledgers: Ledgers, erasure: Erasure, vault: Vault) -> None:
        self._table = table
        self._contacts = contacts
        self._ledgers = ledgers
        self._erasure = erasure
        self._vault = vault

    def run(self, records: Iterable[Record]) -> Replayed:
        """Apply records, given in the order of time; it can be run again. Raises StorageUnavailable."""
        last = standing(records, self._vault.lasting)
        opposed = sum(self._oppose(record) for record in last if record.kind == "opposed")
        erased = sum(self._erase(*found) for found in self._contacts_of(r for r in last if r.kind == "erased"))
        return Replayed(len(last), opposed, erased)

    def _oppose(self, record: Record) -> bool:
        ledger = self._ledgers.get(record.person)
        known = ledger.opposed.get(record.scope)
        if known or ledger.readmitted.get(record.scope, 0) >= record.at:
            return False
        counted = count(SERVICE, f"{record.person}/{record.scope}", record.at, "replayed.opposed")
        return self._ledgers.oppose(record.person, record.scope, Opposition(record.at, record.how), counted)

    def _contacts_of(self, erased: Iterable[Record]) -> Iterator[tuple[Record, Contact]]:
        """The contacts that are there of erased ones. A name under later keys is that of no contact: all are tried."""
        sought: dict[tuple[str, str], Record] = {}
        for record in erased:
            if generation(record.person) > 1:
                sought[record.scope, record.person] = record
            elif contact := self._contacts.get(record.scope, record.person):
                yield record, contact
        if sought:
            for item in self._table.scan(0, 1, "CONTACT#"):
                if item["type"] == "contact":
                    found = sought.get((item["base"], self._vault.lasting(item["person"])))
                    if found:
                        yield found, from_item(item)

    def _erase(self, record: Record, contact: Contact) -> bool:
        if contact.acted_at > record.at:
            return False  # Whoever acted after the erasure has come back.
        return self._erasure.erase(contact.base, contact.person) is not None


def standing(records: Iterable[Record], lasting: Callable[[str], str]) -> list[Record]:
    """The last word of each person to each advertiser, and the last erasure of each contact; in the order of time.

    A person may stand in the log under several names: `lasting` gives the one that they have in common.
    """
    last: dict[tuple[bool, str, str], Record] = {}
    for record in records:
        subject = (record.kind == "erased", lasting(record.person), record.scope)
        last.pop(subject, None)
        last[subject] = record
    return list(last.values())
