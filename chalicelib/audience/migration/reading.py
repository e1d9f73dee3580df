"""A peer's file, row by row: what each says of a phone, or the rule that leaves it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from chalicelib.audience import import_files, normalise
from chalicelib.audience.import_columns import normalised
from chalicelib.audience.import_files import FileForm, Opener, Record, Unreadable
from chalicelib.audience.migration.contract import COLUMNS, FileKind, LeftOut, Meaning, Peer, Said
from chalicelib.audience.moments import Unclear, read_moment
from chalicelib.audience.phones import parse_phone
from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput

_LONGEST = 200
_WITH_COUNTRY = re.compile(r"[1-9][0-9]{10,14}")
_SECONDS_UNTIL = 10**11
_MARKS: Mapping[FileKind, str] = {"events": "event", "contacts": "status", "sends": "sent_at"}


@dataclass(frozen=True, slots=True)
class PeerFile:
    """A file, and what its columns are."""

    peer: Peer
    kind: FileKind
    open_file: Opener
    form: FileForm
    places: Mapping[str, int]
    """Field to the position of its column."""
    country: str = "FR"
    day_first: bool = False
    """Whether 03/04/2026 is the third of April."""


def open_peer_files(
    peer: Peer,
    files: Sequence[tuple[Opener, FileKind | None]],
    told: Mapping[str, str],
    *,
    country: str = "FR",
    day_first: bool = False,
) -> list[PeerFile]:
    """Look at a peer's files, whose columns say what they are unless told.

    `told` is field to column where the peer's names do not fit: of whichever files have that column. InvalidInput says
    what misses.
    """
    forms = [import_files.inspect(open_file) for open_file, _ in files]
    columns = {column for form in forms for column in form.header}
    errors = [FieldError(name, "field_name", f"one of {', '.join(COLUMNS)}") for name in told if name not in COLUMNS]
    errors += [FieldError(n, "column", f"no file has a column {c!r}") for n, c in told.items() if c not in columns]
    if errors:
        raise InvalidInput(errors)
    opened = []
    for (open_file, kind), form in zip(files, forms, strict=True):
        places = _places(peer, form.header, told)
        opened.append(PeerFile(peer, _kind(places, kind), open_file, form, places, country, day_first))
    return opened


def _kind(places: Mapping[str, int], told: FileKind | None) -> FileKind:
    """What a file is. InvalidInput where its columns do not say so, or are not enough for it."""
    found = told or _guessed_kind(places)
    if found is None:
        kinds = "suppressions=FILE, sends=FILE or contacts=FILE"
        raise InvalidInput(
            [FieldError("file", "kind", f"the columns do not say what this file is: name it as {kinds}")]
        )
    needed = {"suppressions": "phone", "sends": "sent_at", "contacts": "consent_at", "events": "at"}
    missing = [name for name in dict.fromkeys(("phone", needed[found])) if name not in places]
    if missing:
        raise InvalidInput(
            [FieldError(n, "column", "the file has no such column: name it with --map") for n in missing]
        )
    return found


def rows(file: PeerFile) -> Iterator[Said | LeftOut]:
    """What the rows say, in their order."""
    for record in import_files.read(file.open_file, file.form):
        yield LeftOut(record.line, "unreadable") if isinstance(record, Unreadable) else _row(file, record)


def _row(file: PeerFile, record: Record) -> Said | LeftOut:
    values = _values(file, record)
    if any(len(value) > _LONGEST for value in values.values()):
        return LeftOut(record.line, "max_length")
    meaning = _meaning(file, values)
    if meaning is None:
        return LeftOut(record.line, "other_event" if file.kind == "events" else "no_consent")
    if not values.get("phone"):
        return LeftOut(record.line, "no_phone")
    phone = _phone(values["phone"], file.country, landlines=meaning == "refused")
    if isinstance(phone, FieldError):
        return LeftOut(record.line, phone.rule)
    named = {"events": "at", "sends": "sent_at"}.get(
        file.kind, "unsubscribed_at" if meaning == "refused" else "consent_at"
    )
    at = moment(values.get(named, ""), day_first=file.day_first)
    if isinstance(at, Unclear) and meaning != "refused":
        return LeftOut(record.line, at.value if values.get(named) else "no_date")
    return Said(
        line=record.line,
        phone=phone,
        meaning=meaning,
        at=None if isinstance(at, Unclear) else at,
        source=values.get("source", ""),
        message=values.get("message", ""),
        email=normalise.email(values.get("email", "")),
        first_name=values.get("first_name") or None,
        last_name=values.get("last_name") or None,
    )


def _meaning(file: PeerFile, values: Mapping[str, str]) -> Meaning | None:
    if file.kind == "suppressions":
        return "refused"
    if file.kind == "sends":
        return "sent"
    if file.kind == "events":
        channel = normalised(values.get("channel", ""))
        return None if channel == "email" else file.peer.events.get(normalised(values.get("event", "")))
    if "status" in file.places:
        return file.peer.statuses.get(normalised(values.get("status", "")))
    return "agreed"  # A list of subscribers: each row has to bring its consent's date.


def _values(file: PeerFile, record: Record) -> dict[str, str]:
    if record.header == file.form.header:
        return {name: str(record.cells[at]).strip() for name, at in file.places.items()}
    by_name = dict(zip(record.header, record.cells, strict=False))  # NDJSON names its fields in each row.
    return {name: str(by_name.get(file.form.header[at], "")).strip() for name, at in file.places.items()}


def _places(peer: Peer, header: Sequence[str], told: Mapping[str, str]) -> dict[str, int]:
    places = {name: header.index(column) for name, column in told.items() if column in header}
    taken = set(places.values())
    usual = {normalised(name): at for at, name in reversed(list(enumerate(header))) if at not in taken}
    for name, columns in peer.columns.items():
        found = next((column for column in columns if column in usual), None)
        if name not in places and found:
            places[name] = usual[found]
    return places


def _guessed_kind(places: Mapping[str, int]) -> FileKind | None:
    for kind, mark in _MARKS.items():
        if mark in places:
            return kind
    if "consent_at" in places:
        return "contacts"
    return "suppressions" if "unsubscribed_at" in places else None


def _phone(text: str, country: str, *, landlines: bool) -> str | FieldError:
    """A number in E.164. Some peers write the country's code without its `+`."""
    number = parse_phone(text, country, landlines=landlines)
    if isinstance(number, FieldError) and _WITH_COUNTRY.fullmatch(text):
        with_country = parse_phone(f"+{text}", country, landlines=landlines)
        return number if isinstance(with_country, FieldError) else with_country
    return number


def moment(text: str, *, day_first: bool = False) -> int | Unclear:
    """Epoch ms of a moment (UTC unless it says so), or of epoch seconds or milliseconds."""
    if text.isascii() and text.isdigit() and 9 <= len(text) <= 14:
        return int(text) if int(text) >= _SECONDS_UNTIL else int(text) * SECOND
    try:
        return read_moment(text.removesuffix(" UTC"), UTC, day_first=day_first)
    except (ValueError, OverflowError):
        return Unclear.DATE
