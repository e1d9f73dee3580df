"""Proves that consent ledgers are as they were written: chains, registers, daily roots, and the states made of them.

Found are: a changed entry, a cut tail, a deleted chain, a changed register or root, and a current state that the
chain does not lead to. A tombstone that this service signed is none of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.audience.consent_chain import entry_hash, is_tombstone, open_entry, open_subject
from chalicelib.audience.statements import newest
from chalicelib.clock import DAY, HOUR, Clock
from chalicelib.logs import log
from chalicelib.storage.consent_ledgers import ConsentLedgers, Entry, Registered, Root, day_of
from chalicelib.storage.contacts import Consent, Contact, Contacts, Purpose
from chalicelib.storage.table import ConditionFailed
from chalicelib.vault import Vault

if TYPE_CHECKING:
    from chalicelib.audience.person_shapes import FindingTold

_SETTLED_AFTER = HOUR
"""How long after midnight a day counts as over: what was decided before it is written by then."""
_LOOK_BACK = 60
"""How many days before its first run the roots begin: a service without roots is a young one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    rule: str
    """`root`, `root_missing`, `register`, `entry_missing`, `entry_changed`, `broken_link`, `tail_cut`, `payload`,
    `subject`, `contact_missing`, `state`."""
    where: str
    """The day, or the chain and the entry's number. Names nobody."""
    message: str

    def told(self) -> FindingTold:
        """The same in plain data."""
        return {"rule": self.rule, "where": self.where, "message": self.message}


@dataclass(slots=True)
class Verification:
    """What a run looked at, and what it found."""

    days: int = 0
    chains: int = 0
    entries: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)


class ConsentVerifier:
    """Makes the daily roots, and verifies everything against them."""

    def __init__(self, ledgers: ConsentLedgers, contacts: Contacts, vault: Vault, clock: Clock) -> None:
        self._ledgers = ledgers
        self._contacts = contacts
        self._vault = vault
        self._clock = clock

    def close_days(self) -> list[Root]:
        """Make the root of each day that is over and has none yet. May run as often as it likes."""
        latest = self._ledgers.latest_root()
        made = []
        for day in self._days_after(latest):
            latest = self._sign(day, latest.hash if latest else "")
            try:
                self._ledgers.save_root(latest)
            except ConditionFailed:
                break  # Another run made it, and goes on.
            log("day_closed", day=latest.day, entries=latest.entries, root=latest.hash)
            made.append(latest)
        return made

    def verify(self) -> Verification:
        """Look at everything that was ever registered. Reads only."""
        result = Verification()
        roots = self._ledgers.roots()
        result.findings += self._check_roots(roots)
        days = [root.day for root in roots] + list(self._days_after(roots[-1] if roots else None))
        now = self._clock.now()
        for day in dict.fromkeys([*days, day_of(now - _SETTLED_AFTER), day_of(now)]):
            result.days += 1
            for line in self._ledgers.registered(day):
                result.entries += 1
                result.findings += self._check_line(line, result)
        return result

    def verify_contact(self, contact: Contact) -> list[Finding]:
        """Look at one contact's chain."""
        return list(self._check_chain(self._ledgers.entries(contact.chain), contact))

    def _days_after(self, root: Root | None) -> Iterator[str]:
        """The days that are over and come after a root's."""
        today = (self._clock.now() - _SETTLED_AFTER) // DAY * DAY
        for days_ago in range(_LOOK_BACK if root is None else 4_000, 0, -1):
            day = day_of(today - days_ago * DAY)
            if root is None or day > root.day:
                yield day

    def _sign(self, day: str, previous: str) -> Root:
        digest, entries = hashlib.sha256(f"{day}|{previous}".encode()), 0
        for line in self._ledgers.registered(day):
            digest.update(f"|{line.chain}#{line.sequence}#{line.hash}".encode())
            entries += 1
        hashed = digest.hexdigest()
        return Root(day, entries, previous, hashed, self._vault.sign(f"root|{day}|{entries}|{hashed}"))

    def _check_roots(self, roots: list[Root]) -> Iterator[Finding]:
        previous = ""
        for root in roots:
            if root.previous != previous:
                yield Finding("root_missing", root.day, "the root does not follow the one before it")
            if self._vault.sign(f"root|{root.day}|{root.entries}|{root.hash}") != root.signature:
                yield Finding("root", root.day, "the root's signature is wrong")
            elif self._sign(root.day, root.previous).hash != root.hash:
                yield Finding("register", root.day, "the day's register is not what its root was made of")
            previous = root.hash

    def _check_line(self, line: Registered, result: Verification) -> Iterator[Finding]:
        where = f"{line.chain}#{line.sequence}"
        if line.sequence > 1:
            entry = self._ledgers.entry(line.chain, line.sequence)
            if entry is None:
                yield Finding("entry_missing", where, "the entry was registered and is gone")
            elif entry.hash != line.hash:
                yield Finding("entry_changed", where, "the entry is not the one that was registered")
            return
        result.chains += 1
        entries = self._ledgers.entries(line.chain)
        if not entries or entries[0].sequence != 1:
            yield Finding("entry_missing", where, "the chain was registered and its beginning is gone")
            return
        if entries[0].hash != line.hash:
            yield Finding("entry_changed", where, "the entry is not the one that was registered")
        if is_tombstone(self._vault, entries[-1]):
            result.erased += 1
            yield from _check_links(entries)
            return
        try:
            base, person = open_subject(self._vault, entries[0])
        except ValueError as error:
            yield Finding("subject", where, str(error))
            return
        contact = self._contacts.get(base, person, expired=True)
        if contact is None or contact.chain != line.chain:
            yield Finding("contact_missing", where, "the chain's contact is gone, and no tombstone says why")
            return
        yield from self._check_chain(entries, contact)

    def _check_chain(self, entries: list[Entry], contact: Contact) -> Iterator[Finding]:
        yield from _check_links(entries)
        if len(entries) != contact.length or (entries[-1].hash if entries else "") != contact.head:
            yield Finding(
                "tail_cut", contact.chain, f"{len(entries)} entries where the contact counts {contact.length}"
            )
        state: dict[Purpose, Consent] = {}
        for entry in entries:
            try:
                state = newest(state, open_entry(self._vault, contact, entry).consents(entry.sequence))
            except ValueError as error:
                yield Finding("payload", f"{entry.chain}#{entry.sequence}", str(error))
        if state != _with_entries(contact.consents, state):
            yield Finding("state", contact.chain, "the contact's consents are not what its chain leads to")


def _with_entries(consents: Mapping[Purpose, Consent], state: Mapping[Purpose, Consent]) -> Mapping[Purpose, Consent]:
    """Consents that were taken before they named their entries, with those that the chain leads to."""
    return {
        purpose: consent if consent.entry or purpose not in state else consent._replace(entry=state[purpose].entry)
        for purpose, consent in consents.items()
    }


def _check_links(entries: list[Entry]) -> Iterator[Finding]:
    previous = ""
    for position, entry in enumerate(entries, start=1):
        where = f"{entry.chain}#{entry.sequence}"
        if entry.sequence != position:
            yield Finding("entry_missing", where, f"entry {position} is gone")
        if entry.previous != previous:
            yield Finding("broken_link", where, "the entry does not follow the one before it")
        if entry_hash(entry) != entry.hash:
            yield Finding("entry_changed", where, "the entry's hash is not its own")
        previous = entry.hash
