"""The one way into the base: a person, what the person said, and its proof, taken together or not at all.

`decide` is pure but for random names and keys. A contact, its identifiers, the entry of its consent ledger and the
day's register are one transaction, so no consent is ever without its proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from chalicelib.audience.consent_chain import new_chain, new_key, open_key, seal_entry, seal_key
from chalicelib.audience.profile import Profile, given_fields, identifiers_of, open_profile, seal_profile
from chalicelib.audience.statements import Statement, identity, newest
from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import consent_ledgers
from chalicelib.storage.base_sizes import resized
from chalicelib.storage.contacts import PARTNER, Consent, Contact, Contacts, FieldValue, Purpose, save, save_identifier
from chalicelib.storage.ledgers import EVERYONE, Ledger, Ledgers, Opposition, moved, readmit
from chalicelib.storage.table import Table, TransactionRefused, Write
from chalicelib.vault import Vault

BATCH = 25
_MOST_WRITES = 99
"""Of the hundred that a transaction takes, one counts the base's contacts."""
_MOST_RECORDED = 50
_ATTEMPTS = 6

Outcome = Literal["added", "updated", "unchanged", "opposed"]


class Arrival(NamedTuple):
    """Somebody who comes into a base."""

    profile: Profile
    statement: Statement
    fields: Mapping[str, FieldValue] = MappingProxyType({})


class Taking(NamedTuple):
    """What is to be written for an arrival: nothing where it is not taken."""

    outcome: Outcome
    writes: tuple[Write, ...] = ()
    forgotten: tuple[str, ...] = ()
    """Keyed identifiers that lead to the contact no more."""


def decide(
    vault: Vault,
    base: str,
    person: str,
    known: Contact | None,
    ledger: Ledger,
    arrival: Arrival,
    now: int,
    *,
    verified: bool = False,
) -> Taking:
    """What becomes of an arrival, given what is known of the person."""
    opposition = _opposition(ledger, base)
    opposed = opposition is not None
    # To come back is said to one advertiser, and after the no that it takes back.
    verified = verified and base != PARTNER and (opposition is None or opposition.at <= arrival.statement.at)
    if opposed and not verified and any(arrival.statement.given.values()):
        return Taking("opposed")
    statement_id = identity(arrival.statement, person)
    profile, fields = _merged(vault, known, arrival)
    said_before = known is not None and statement_id in known.recorded
    if known and said_before and not opposed and profile is None and fields == known.fields:
        return Taking("unchanged")
    key = open_key(vault, known) if known and known.key else new_key()
    contact = _contact(vault, base, person, known, arrival, profile, fields, key)
    writes: list[Write] = []
    if not said_before:
        entry = seal_entry(vault, contact, key, arrival.statement, now)
        contact = contact._replace(
            head=entry.hash,
            length=entry.sequence,
            recorded=(*contact.recorded, statement_id)[-_MOST_RECORDED:],
        )
        writes += consent_ledgers.append(entry)
    named = identifiers_of(vault, profile) if profile else set()
    writes += [save(contact, known), *(save_identifier(base, hmac, person, contact.acted_at) for hmac in named)]
    if opposed and verified:
        writes.append(readmit(ledger, base, now))
    elif known and _withdrawn(known.consents, contact.consents):
        # A send that is being decided has read the contact as it was: its claim must not succeed.
        writes.append(moved(ledger))
    forgotten = identifiers_of(vault, open_profile(vault, known)) - named if known and profile else set()
    return Taking("updated" if known else "added", tuple(writes), tuple(forgotten))


class Intake:
    """Takes arrivals. Whatever way they come, they come through here."""

    def __init__(self, table: Table, contacts: Contacts, ledgers: Ledgers, vault: Vault, clock: Clock) -> None:
        self._table = table
        self._contacts = contacts
        self._ledgers = ledgers
        self._vault = vault
        self._clock = clock

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
                self._table.transact([*taking.writes, *_grown(base, person, [taking])])
            except TransactionRefused:
                continue  # Somebody else wrote the contact: decide anew.
            self._forget(base, person, taking)
            return taking.outcome
        raise StorageUnavailable("the contact kept changing")

    def take_many(self, base: str, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Take up to 25 arrivals, in their order: one batch read, and few transactions. Raises StorageUnavailable."""
        people = [self._vault.person(arrival.profile.phone) for arrival in arrivals]
        known = self._contacts.get_all(base, people)
        ledgers = self._ledgers.get_all(people)
        now = self._clock.now()
        outcomes: dict[int, Outcome] = {}
        batch: list[tuple[int, Taking]] = []
        alone: list[int] = []
        met: set[str] = set()
        for position, (person, arrival) in enumerate(zip(people, arrivals, strict=True)):
            if person in met:
                alone.append(position)  # What it is decided from is only just being written.
                continue
            met.add(person)
            taking = decide(self._vault, base, person, known.get(person), ledgers[person], arrival, now)
            outcomes[position] = taking.outcome
            if taking.writes:
                batch.append((position, taking))
        for chunk in _chunks(batch):
            try:
                takings = [taking for _, taking in chunk]
                writes = [write for taking in takings for write in taking.writes]
                self._table.transact([*writes, *_grown(base, people[chunk[0][0]], takings)])
            except TransactionRefused:
                alone += [position for position, _ in chunk]
            else:
                for position, taking in chunk:
                    self._forget(base, people[position], taking)
        for position in sorted(alone):
            outcomes[position] = self.take(base, arrivals[position])
        return [outcomes[position] for position in range(len(arrivals))]

    def _forget(self, base: str, person: str, taking: Taking) -> None:
        for hmac in taking.forgotten:
            self._contacts.forget_identifier(base, hmac, person)


def _opposition(ledger: Ledger, base: str) -> Opposition | None:
    """What keeps a person out of a base. Who left the partner base has said no to that base only."""
    if base == PARTNER:
        return ledger.opposed.get(EVERYONE) or ledger.opposed.get(PARTNER)
    return ledger.opposition(base)


def _contact(
    vault: Vault,
    base: str,
    person: str,
    known: Contact | None,
    arrival: Arrival,
    profile: Profile | None,
    fields: Mapping[str, FieldValue],
    key: bytes,
) -> Contact:
    statement = arrival.statement
    unchanged = known is not None and profile is None
    return Contact(
        base=base,
        person=person,
        sealed=known.sealed if known and unchanged else seal_profile(vault, base, person, profile or arrival.profile),
        consents=newest(known.consents if known else {}, statement.consents((known.length if known else 0) + 1)),
        fields=fields,
        chain=known.chain if known and known.chain else new_chain(),
        head=known.head if known else "",
        length=known.length if known else 0,
        key=known.key if known and known.key else seal_key(vault, base, person, key),
        recorded=known.recorded if known else (),
        acted_at=max(known.acted_at if known else 0, statement.at),
    )


def _merged(vault: Vault, known: Contact | None, arrival: Arrival) -> tuple[Profile | None, dict[str, FieldValue]]:
    """Profile and fields as they should be now; None for a profile that stays as it is.

    What is told later replaces what was told before; what is older fills gaps only.
    """
    if known is None:
        return arrival.profile, dict(arrival.fields)
    before = open_profile(vault, known)
    given, kept = given_fields(arrival.profile), given_fields(before)
    later = arrival.statement.at >= max((consent.at for consent in known.consents.values()), default=0)
    profile = Profile(**(kept | given if later else given | kept))
    fields = {**known.fields, **arrival.fields} if later else {**arrival.fields, **known.fields}
    return (None if profile == before else profile), fields


def _grown(base: str, person: str, takings: Iterable[Taking]) -> list[Write]:
    """The write that counts the contacts which takings add to a base, where they do."""
    added = sum(taking.outcome == "added" for taking in takings)
    return [resized(base, person, added)] if added else []


def _withdrawn(before: Mapping[Purpose, Consent], after: Mapping[Purpose, Consent]) -> bool:
    return any(statement.given and not after[purpose].given for purpose, statement in before.items())


def _chunks(batch: Sequence[tuple[int, Taking]]) -> list[list[tuple[int, Taking]]]:
    """Takings in transactions that have room for one more write, none of which names an item twice."""
    chunks: list[list[tuple[int, Taking]]] = []
    keys: set[object] = set()
    writes = _MOST_WRITES + 1
    for position, taking in batch:
        named = {write.key for write in taking.writes}
        if writes + len(taking.writes) > _MOST_WRITES or named & keys:
            chunks.append([])
            keys, writes = set(), 0
        chunks[-1].append((position, taking))
        keys |= named
        writes += len(taking.writes)
    return chunks
