"""What becomes of somebody who comes into a base, given what is known of the person.

Pure but for random names and keys. A contact, its identifiers, the entry of its consent ledger and the day's register
are decided together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from chalicelib.audience.consent_chain import new_chain, new_key, open_key, seal_entry, seal_key
from chalicelib.audience.profile import Profile, given_fields, identifiers_of, open_profile, seal_profile
from chalicelib.audience.statements import Statement, identity, newest
from chalicelib.storage import consent_ledgers
from chalicelib.storage.contacts import PARTNER, Consent, Contact, FieldValue, Purpose, save, save_identifier
from chalicelib.storage.ledger import EVERYONE, Ledger, Opposition
from chalicelib.storage.ledgers import moved, readmit
from chalicelib.storage.table import Write
from chalicelib.vault import Vault

_MOST_RECORDED = 50

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
    identifiers: frozenset[str] = frozenset()
    """Keyed identifiers that are written. All other items are the person's own."""
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
    opposition = opposition_to(ledger, base)
    opposed = opposition is not None
    # To come back is said to one advertiser, and after the no that it takes back.
    verified = verified and base != PARTNER and (opposition is None or opposition.last_at <= arrival.statement.at)
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
        writes.append(readmit(ledger, base, arrival.statement.at))
    elif known and _withdrawn(known.consents, contact.consents):
        # A send that is being decided has read the contact as it was: its claim must not succeed.
        writes.append(moved(ledger))
    forgotten = identifiers_of(vault, open_profile(vault, known)) - named if known and profile else set()
    return Taking("updated" if known else "added", tuple(writes), frozenset(named), tuple(forgotten))


def opposition_to(ledger: Ledger, base: str) -> Opposition | None:
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
        acted_at=max(known.acted_at, statement.at) if known else statement.at,
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


def _withdrawn(before: Mapping[Purpose, Consent], after: Mapping[Purpose, Consent]) -> bool:
    return any(statement.given and not after[purpose].given for purpose, statement in before.items())
