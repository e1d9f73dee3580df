"""A file of opted-in contacts into a base: each row is taken with its proof, or refused with its line and rule."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, get_args

from chalicelib.audience.phones import parse_mobile
from chalicelib.audience.profile import Profile, seal_profile
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.contacts import Consent, Contact, Contacts, Purpose
from chalicelib.storage.ledgers import Ledgers
from chalicelib.vault import Vault, identifier_digest

FIELDS = (
    "phone",
    "email",
    "first_name",
    "last_name",
    "city",
    "consent.sms_marketing",
    "consent.matching",
    "consent_at",
    "source",
)
_PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
_YES, _NO = frozenset({"yes", "oui", "true", "1"}), frozenset({"no", "non", "false", "0", ""})
_LONGEST_FIELD = 200


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was refused."""

    line: int
    field: str
    rule: str
    message: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file's rows; `merged` are rows of a person that an earlier row named."""

    rows: int = 0
    accepted: int = 0
    merged: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Where a file goes and how it is read."""

    base: str
    country: str = "FR"
    wording: str | None = None
    """The version of the text that the people agreed to."""
    advertisers: tuple[str, ...] = ()
    """For the partner base: the advertisers named when consent was given."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to column, where the file's header says it otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be stored."""

    profile: Profile
    consents: Mapping[Purpose, Consent]
    fields: Mapping[str, str]


def read_csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row of a UTF-8 CSV file with a header; comma or semicolon."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = _reader(file)
        for cells in reader:
            yield reader.line_num, {name: cell or "" for name, cell in cells.items() if isinstance(name, str)}


def read_header(path: Path) -> list[str]:
    """The columns of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(_reader(file).fieldnames or ())


def _reader(file: TextIO) -> csv.DictReader[str]:
    header = file.readline()
    file.seek(0)
    return csv.DictReader(file, delimiter=";" if header.count(";") > header.count(",") else ",")


def fingerprint(path: Path) -> str:
    """SHA-256 of a file: the proof that its rows' consents refer to."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parse_row(cells: Mapping[str, str], options: ImportOptions, proof: str, now: int) -> Row | list[FieldError]:
    """A row as it can be stored, or everything that is wrong with it."""
    value = {name: cells.get(options.columns.get(name, name), "").strip() for name in FIELDS}
    errors: list[FieldError] = [
        FieldError(name, "max_length", f"at most {_LONGEST_FIELD} characters")
        for name, text in value.items()
        if len(text) > _LONGEST_FIELD
    ]
    phone = parse_mobile(value["phone"], options.country)
    if isinstance(phone, FieldError):
        errors.append(phone)
    email = value["email"].lower()
    if email and "@" not in email[1:-1]:
        errors.append(FieldError("email", "email", "this is not an e-mail address"))
    consents = _consents(value, options, proof, now)
    if isinstance(consents, FieldError):
        errors.append(consents)
    if errors or isinstance(phone, FieldError) or isinstance(consents, FieldError):
        return errors
    profile = Profile(phone, email or None, value["first_name"] or None, value["last_name"] or None)
    return Row(profile, consents, {"city": value["city"]} if value["city"] else {})


def import_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    options: ImportOptions,
    proof: str,
    now: int,
    store: ContactWriter | None,
) -> ImportReport:
    """Take every row that can be taken. Without a store nothing is written: a dry run."""
    report = ImportReport()
    seen: set[str] = set()
    for line, cells in rows:
        report.rows += 1
        row = parse_row(cells, options, proof, now)
        if isinstance(row, list):
            report.refused += 1
            report.errors += [RowError(line, error.field, error.rule, error.message) for error in row]
            continue
        if store and not store.write(options.base, row):
            report.refused += 1
            report.errors.append(RowError(line, "row", "stored", "the row was not stored: import the file again"))
            continue
        if row.profile.phone in seen:
            report.merged += 1
        else:
            seen.add(row.profile.phone)
            report.accepted += 1
    return report


class ContactWriter:
    """Writes rows as contacts. The newest statement of a person wins, purpose by purpose."""

    def __init__(self, contacts: Contacts, ledgers: Ledgers, vault: Vault) -> None:
        self._contacts = contacts
        self._ledgers = ledgers
        self._vault = vault

    def write(self, base: str, row: Row) -> bool:
        """Store a row; False where the store did not take it."""
        person = self._vault.person(row.profile.phone)
        known = self._contacts.get(base, person)
        contact = Contact(
            base=base,
            person=person,
            sealed=seal_profile(self._vault, base, person, row.profile),
            consents=newest(known.consents if known else {}, row.consents),
            fields={**(known.fields if known else {}), **row.fields},
        )
        named = [text for text in (row.profile.phone, row.profile.email) if text]
        if not self._contacts.save(contact, [self._vault.identifier(identifier_digest(text)) for text in named]):
            return False
        if known and _withdrawn(known.consents, contact.consents):
            # A send that is being decided has read the contact as it was: its claim must not succeed.
            self._ledgers.move(person)
        return True


def newest(known: Mapping[Purpose, Consent], stated: Mapping[Purpose, Consent]) -> dict[Purpose, Consent]:
    """Both sets of statements, the newer one for each purpose; at the same moment a refusal wins."""
    merged = dict(known)
    for purpose, statement in stated.items():
        before = merged.get(purpose)
        if before is None or (statement.at, not statement.given) > (before.at, not before.given):
            merged[purpose] = statement
    return merged


def _withdrawn(before: Mapping[Purpose, Consent], after: Mapping[Purpose, Consent]) -> bool:
    return any(statement.given and not after[purpose].given for purpose, statement in before.items())


def check_columns(header: Iterable[str], options: ImportOptions) -> None:
    """InvalidInput where the file has no column for a field that every row needs."""
    present = set(header)
    missing = [
        FieldError(name, "column", f"the file has no column {options.columns.get(name, name)!r}: name it with --map")
        for name in ("phone", "consent_at", "source")
        if options.columns.get(name, name) not in present
    ]
    if missing:
        raise InvalidInput(missing)


def _consents(
    value: Mapping[str, str], options: ImportOptions, proof: str, now: int
) -> dict[Purpose, Consent] | FieldError:
    if not value["source"]:
        return FieldError("source", "required", "say where the consent was given")
    at = _moment(value["consent_at"])
    if at is None:
        return FieldError("consent_at", "date", "say when the consent was given, as 2026-03-01 or with a time and zone")
    if at > now:
        return FieldError("consent_at", "not_in_future", "a consent cannot be given in the future")
    consents: dict[Purpose, Consent] = {}
    for purpose in _PURPOSES:
        text = value.get(f"consent.{purpose}", "").lower()
        if text not in _YES | _NO:
            return FieldError(f"consent.{purpose}", "yes_or_no", "write yes or no")
        if text:
            consents[purpose] = Consent(
                given=text in _YES,
                at=at,
                source=value["source"],
                wording=options.wording,
                proof=proof,
                advertisers=options.advertisers,
            )
    return consents


def _moment(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
