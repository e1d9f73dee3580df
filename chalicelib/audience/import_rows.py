"""A row of a file as somebody who comes into a base, with the consent that the row proves; or all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from chalicelib.audience import normalise
from chalicelib.audience.import_columns import FIELDS, MOST_CUSTOM, STATED, Columns, check_names, resolve
from chalicelib.audience.import_files import Cell, Record
from chalicelib.audience.intake import Arrival
from chalicelib.audience.moments import Unclear, read_moment
from chalicelib.audience.phones import parse_phone
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.contacts import PARTNER, RETENTION, FieldValue, Purpose

Kind = Literal["text", "integer", "decimal", "boolean", "date"]
KINDS: tuple[Kind, ...] = ("text", "integer", "decimal", "boolean", "date")
_YES = frozenset(("yes", "oui", "true", "vrai", "1", "x", "o", "y"))
_NO = frozenset(("no", "non", "false", "faux", "0", "n"))
_PURPOSES: tuple[Purpose, ...] = ("sms_marketing", "sms_notification", "matching")
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9.-]+")
"""What most addresses look like, which normalise.email leaves as they are."""
_UNCLEAR = {
    Unclear.DATE: "say when the consent was given, as 2026-03-31 or with a time and zone",
    Unclear.DAY_OR_MONTH: "day or month first? Write 2026-03-31, or say --day-first",
}
_MICRO = 1_000_000
_LONGEST_FIELD = 200
_MOST_DIGITS = 15
_MOST_PLANS = 256
_MOST_BROKERS, _LONGEST_BROKER = 10, 200


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Where a file goes and how it is read."""

    base: str
    country: str = "FR"
    wording: str | None = None
    """The version of the text that the people agreed to."""
    wording_hash: str | None = None
    """SHA-256 of that text, where it is known (wordings.py)."""
    brokers: tuple[str, ...] = ()
    """Who passed the people on, the first one first."""
    advertisers: tuple[str, ...] = ()
    """For the partner base: the advertisers named when consent was given."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to column, where the file's header says it otherwise."""
    skipped: tuple[str, ...] = ()
    """Columns that are left out."""
    stated: Mapping[str, str] = field(default_factory=dict)
    """Field to what holds for every row, where the file has no column for it: when, where and to what was agreed."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Custom field to what it holds; else text, or what NDJSON says."""
    zone: str = "UTC"
    """Of dates that name none."""
    day_first: bool = False
    """Whether 03/04/2026 is the third of April. Otherwise only what cannot be read two ways is taken, as 31/12/2026."""
    landlines: bool = False
    """Whether landlines are taken too."""


def check_options(options: ImportOptions) -> None:
    """InvalidInput names each option that cannot hold."""
    check_names(tuple(options.columns))
    errors = []
    if options.country not in phonenumbers.SUPPORTED_REGIONS:
        errors.append(FieldError("country", "country", "two capital letters, such as FR"))
    if options.base == PARTNER and not options.advertisers:
        errors.append(
            FieldError("advertisers", "required", "name the advertisers that the partner base's consents name")
        )
    if len(options.brokers) > _MOST_BROKERS or any(len(name) > _LONGEST_BROKER for name in options.brokers):
        errors.append(
            FieldError("brokers", "brokers", f"at most {_MOST_BROKERS} names of {_LONGEST_BROKER} characters")
        )
    if any(kind not in KINDS for kind in options.kinds.values()):
        errors.append(FieldError("type", "field_type", f"a custom field holds one of {', '.join(KINDS)}"))
    errors += [
        FieldError(f"all.{name}", "field_name", f"one of {', '.join(STATED)}")
        for name in options.stated
        if name not in STATED
    ]
    try:
        ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors.append(FieldError("zone", "zone", "a time zone's name, such as Europe/Paris"))
    if errors:
        raise InvalidInput(errors)


class RowReader:
    """Makes arrivals out of rows. `proof` is the file's fingerprint, `now` the moment that no consent is after."""

    def __init__(self, options: ImportOptions, proof: str, now: int) -> None:
        self._options = options
        self._proof = proof
        self._now = now
        self._stated = tuple(text.strip() for text in options.stated.values())
        self._zone: tzinfo = UTC if options.zone == "UTC" else ZoneInfo(options.zone)
        self._plans: dict[tuple[str, ...], Columns | list[FieldError]] = {}

    def read(self, record: Record) -> Arrival | list[FieldError]:
        """A row's arrival, or everything that is wrong with the row. No message holds what a cell says."""
        columns = self._columns(record.header)
        if isinstance(columns, list):
            return columns
        # What the file has no column for is found behind its cells: at -1, and before it what is stated of all rows.
        cells = (*record.cells, *self._stated, "")
        texts = [cell.strip() if isinstance(cell := cells[at], str) else _text(cell) for at in columns.fixed]
        phone_text, email, first_name, last_name, city, customer_id, at_text, source, *said = texts
        errors: list[FieldError] = []
        if max(map(len, texts)) > _LONGEST_FIELD:
            errors += [_too_long(name) for name, text in zip(FIELDS, texts, strict=True) if len(text) > _LONGEST_FIELD]
        phone = parse_phone(phone_text, self._options.country, landlines=self._options.landlines)
        if not isinstance(phone, str):
            errors.append(phone)
        if email and not _EMAIL.fullmatch(email := email.lower()) and not (email := normalise.email(email) or ""):
            errors.append(FieldError("email", "email", "this is not an e-mail address"))
        at = self._moment(at_text)
        if not isinstance(at, int):
            errors.append(at)
        if not source:
            errors.append(FieldError("source", "required", "say where the consent was given"))
        given = _given(said, errors)
        fields = self._fields(columns.custom, cells, errors) if columns.custom else {}
        if city:
            fields["city"] = city
        if errors or not isinstance(phone, str) or not isinstance(at, int):
            return errors
        profile = Profile(phone, email or None, first_name or None, last_name or None, customer_id or None)
        statement = Statement(
            given,
            at,
            source,
            self._options.wording,
            self._options.wording_hash,
            self._proof,
            self._options.advertisers,
            self._options.brokers,
            {"line": str(record.line)},
        )
        return Arrival(profile, statement, fields)

    def _columns(self, header: tuple[str, ...]) -> Columns | list[FieldError]:
        found = self._plans.get(header)
        if found is None:
            if len(self._plans) > _MOST_PLANS:  # NDJSON may name other fields in each row.
                self._plans.clear()
            told = {name: column for name, column in self._options.columns.items() if column in header}
            try:
                found = self._with_stated(resolve(header, told, self._options.skipped))
            except InvalidInput as error:
                found = error.errors
            self._plans[header] = found
        return found

    def _with_stated(self, columns: Columns) -> Columns:
        behind = {name: at - len(self._stated) - 1 for at, name in enumerate(self._options.stated)}
        fixed = (at if at >= 0 else behind.get(name, -1) for name, at in zip(FIELDS, columns.fixed, strict=True))
        return replace(columns, fixed=tuple(fixed))

    def _moment(self, text: str) -> int | FieldError:
        at = read_moment(text, self._zone, day_first=self._options.day_first)
        if isinstance(at, Unclear):
            return FieldError("consent_at", at.value, _UNCLEAR[at])
        if at > self._now:
            return FieldError("consent_at", "not_in_future", "a consent cannot be given in the future")
        if at <= self._now - RETENTION:
            days = RETENTION // DAY
            return FieldError("consent_at", "retention", f"a consent of more than {days} days ago: ask the person anew")
        return at

    def _fields(
        self, custom: Mapping[str, int], cells: Sequence[Cell], errors: list[FieldError]
    ) -> dict[str, FieldValue]:
        fields: dict[str, FieldValue] = {}
        for name, at in custom.items():
            cell = cells[at]
            if isinstance(cell, str) and not (cell := cell.strip()):
                continue
            value = _typed(name, cell, self._options.kinds.get(name))
            if isinstance(value, FieldError):
                errors.append(value)
            else:
                fields[name] = value
        if len(fields) > MOST_CUSTOM:
            errors.append(FieldError("row", "max_columns", f"at most {MOST_CUSTOM} custom fields"))
        return fields


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell).lower()


def _given(said: Sequence[str], errors: list[FieldError]) -> dict[Purpose, bool]:
    given: dict[Purpose, bool] = {}
    for purpose, text in zip(_PURPOSES, said, strict=True):
        if not text:
            continue
        text = text.lower()
        if text in _YES:
            given[purpose] = True
        elif text in _NO:
            given[purpose] = False
        else:
            errors.append(FieldError(f"consent.{purpose}", "yes_or_no", "write yes or no"))
    if not any(said):
        errors.append(FieldError("consent", "required", "say yes or no to at least one purpose"))
    return given


def _typed(name: str, cell: Cell, kind: Kind | None) -> FieldValue | FieldError:
    """A custom field's value; decimals in micro-units."""
    if isinstance(cell, str):
        if len(cell) > _LONGEST_FIELD:
            return _too_long(name)
        if _is_personal(cell):
            return FieldError(
                name, "personal", "a custom field lies in the clear: it cannot hold an address or a number"
            )
    if kind is None or (kind == "text" and isinstance(cell, str)):
        return cell if not isinstance(cell, int) or abs(cell) < 10**_MOST_DIGITS else _wrong(name, "integer")
    return _CONVERT[kind](name, _text(cell))


def _is_personal(text: str) -> bool:
    if "@" in text:
        return normalise.email(text) is not None
    digits = sum(character.isdigit() for character in text)
    return 9 <= digits <= 15 and text[0] in "+0(" and isinstance(parse_phone(text, "FR", landlines=True), str)


def _integer(name: str, text: str) -> FieldValue | FieldError:
    if not re.fullmatch(rf"[+-]?[0-9]{{1,{_MOST_DIGITS}}}", text):
        return _wrong(name, "integer")
    return int(text)


def _decimal(name: str, text: str) -> FieldValue | FieldError:
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        micro = Decimal(plain) * _MICRO
        return int(micro) if abs(micro) < 10**_MOST_DIGITS and micro == int(micro) else _wrong(name, "decimal")
    except (InvalidOperation, OverflowError, ValueError):
        return _wrong(name, "decimal")


def _boolean(name: str, text: str) -> FieldValue | FieldError:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    return _wrong(name, "boolean")


def _date(name: str, text: str) -> FieldValue | FieldError:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return _wrong(name, "date")


def _plain_text(_name: str, text: str) -> FieldValue | FieldError:
    return text


_CONVERT = {"text": _plain_text, "integer": _integer, "decimal": _decimal, "boolean": _boolean, "date": _date}


def _wrong(name: str, kind: str) -> FieldError:
    return FieldError(name, kind, f"this is not what the field holds: {kind}")


def _too_long(name: str) -> FieldError:
    return FieldError(name, "max_length", f"at most {_LONGEST_FIELD} characters")
