"""Reads of contacts what rules ask of them, and no more: a group of facts that no rule names costs no call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from chalicelib.audience.conditions import Facts
from chalicelib.audience.profile import open_profile
from chalicelib.audience.segment_facts import Known, facts_of
from chalicelib.clock import Clock
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.conversions import ConversionLog
from chalicelib.storage.events import Event, Events
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.table import Table
from chalicelib.vault import Vault

AT_ONCE = 100
_MOST_BROWSERS = 20
_OF_PERSON = frozenset({"consent", "pressure"})
_OF_BROWSERS = frozenset({"bought", "visits"})
_OF_PROFILE = frozenset({"contact", "location"})


class FactReader:
    """Facts of a base's contacts."""

    def __init__(
        self,
        table: Table,
        contacts: Contacts,
        ledgers: Ledgers,
        conversions: ConversionLog,
        events: Events,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._table = table
        self._contacts = contacts
        self._ledgers = ledgers
        self._conversions = conversions
        self._events = events
        self._vault = vault
        self._clock = clock

    def read(self, base: str, people: Sequence[str], groups: Collection[str]) -> dict[str, Facts]:
        """Facts of up to 100 people, by person; those who are not in the base are left out."""
        contacts = self._contacts.get_all(base, people)
        ledgers: dict[str, Ledger] = {}
        if _OF_PERSON.intersection(groups):
            ledgers = self._ledgers.get_all(contacts)
        now = self._clock.now()
        found = {}
        for person, contact in contacts.items():
            known = Known(
                contact,
                open_profile(self._vault, contact) if _OF_PROFILE.intersection(groups) else None,
                ledgers.get(person),
                list(self._conversions.of_contact(base, person)) if "history" in groups else (),
                [item["at"] for item in self._own(base, person, keys.CLICK_PREFIX)] if "clicks" in groups else (),
                list(self._trails(base, person, groups)) if _OF_BROWSERS.intersection(groups) else (),
            )
            found[person] = facts_of(known, groups, now)
        return found

    def _own(self, base: str, person: str, prefix: str) -> Iterable[Item]:
        return self._table.query(keys.contact_partition(base, person), prefix)

    def _trails(self, base: str, person: str, groups: Collection[str]) -> Iterable[Event]:
        """What the contact's browsers did; only their purchases where no rule asks for visits."""
        references = sorted(self._own(base, person, keys.BROWSER_PREFIX), key=lambda item: -item["ttl"])
        for reference in references[:_MOST_BROWSERS]:
            if "visits" in groups:
                yield from self._events.trail(reference["site"], reference["visitor"])
            else:
                yield from self._events.purchases(reference["site"], reference["visitor"])
