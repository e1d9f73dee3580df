"""Segments that are filled by hand: people put in and taken out by a list, whose wrong rows are told one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.audience import normalise
from chalicelib.audience.phones import parse_mobile
from chalicelib.audience.segment_desk import SegmentDesk
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.segments import Members
from chalicelib.vault import Vault, identifier_digest

_AT_ONCE = 100
_UNKNOWN = FieldError("person", "unknown_contact", "nobody of the base: import them first")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a list names them: one of these. Personal: in memory only."""

    phone: str | None = None
    country: str = "FR"
    person: str | None = None
    email: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, counted from 0."""

    row: int
    error: FieldError


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a list."""

    rows: int
    changed: int
    """How many were put in, or taken out."""
    errors: tuple[RowError, ...]


class SegmentLists:
    """Takes lists. A row that cannot be is told, and the others go on; the same list again changes nothing."""

    def __init__(self, desk: SegmentDesk, members: Members, contacts: Contacts, vault: Vault) -> None:
        self._desk = desk
        self._members = members
        self._contacts = contacts
        self._vault = vault

    def add(self, advertiser: str, segment_id: str, people: Sequence[Named]) -> Listed:
        """Put contacts of the base into a segment. Raises NotFound, and InvalidInput for one that has rules."""
        self._check(advertiser, segment_id)
        return self._take(advertiser, people, lambda found: self._members.add(advertiser, segment_id, found))

    def take_out(self, advertiser: str, segment_id: str, people: Sequence[Named]) -> Listed:
        """Take contacts out of a segment, in the same way."""
        self._check(advertiser, segment_id)
        return self._take(advertiser, people, lambda found: self._members.remove(advertiser, segment_id, found))

    def _check(self, advertiser: str, segment_id: str) -> None:
        if self._desk.find(advertiser, segment_id).kind != "manual":
            raise InvalidInput([FieldError("segment", "kind", "its members follow from its rules: change those")])

    def _take(self, base: str, people: Sequence[Named], move: Callable[[list[str]], int]) -> Listed:
        changed, errors = 0, []
        for start in range(0, len(people), _AT_ONCE):
            found: list[str] = []
            for row, person in enumerate(self._people(base, people[start : start + _AT_ONCE]), start):
                if isinstance(person, FieldError):
                    errors.append(RowError(row, person))
                else:
                    found.append(person)
            changed += move(found)
        return Listed(len(people), changed, tuple(errors))

    def _people(self, base: str, rows: Sequence[Named]) -> list[str | FieldError]:
        """Whom each row names, or what is wrong with it."""
        named = [self._named(base, row) for row in rows]
        known = self._contacts.get_all(base, {person for person in named if isinstance(person, str)})
        return [one if isinstance(one, FieldError) or one in known else _UNKNOWN for one in named]

    def _named(self, base: str, row: Named) -> str | FieldError:
        if row.phone:
            phone = parse_mobile(row.phone, row.country)
            return phone if isinstance(phone, FieldError) else self._vault.person(phone)
        if row.person:
            return row.person
        text = normalise.email(row.email) if row.email else normalise.customer(row.customer_id or "")
        if text is None:
            return FieldError("email", "email", "this is not an e-mail address")
        found = self._contacts.identified([base], self._vault.identifiers(identifier_digest(text)))
        return next(iter(found.values()), _UNKNOWN)
