"""The rows of a file: CSV in whatever way it was exported, or NDJSON. Each row, or what makes it unreadable."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, NamedTuple

from chalicelib.errors import FieldError, InvalidInput

Opener = Callable[[], BinaryIO]
"""Opens the file anew, at its start."""
Cell = str | int | bool

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 20
_MOST_LINES = 50
"""A quoted cell that goes on for longer was never closed."""
_DELIMITERS = ",;\t|"
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BINARY = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"\x1f\x8b": "compressed",
}
_BAD_BYTES, _GOOD_CHARACTERS = re.compile("[\udc80-\udcff]"), re.compile("[^\x00-\x7f\udc80-\udcff]")
_NOT_IN_CP1252 = re.compile("[\udc81\udc8d\udc8f\udc90\udc9d]")
_UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Record(NamedTuple):
    """One row."""

    line: int
    """Of its first line; the first line of the file is 1."""
    header: tuple[str, ...]
    cells: Sequence[Cell]


class Unreadable(NamedTuple):
    """A row that cannot be read."""

    line: int
    error: FieldError


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written."""

    kind: Literal["csv", "ndjson"]
    encoding: str
    delimiter: str
    """Of a CSV file's cells."""
    header: tuple[str, ...]
    """The columns; of NDJSON, the fields of the first object."""
    fingerprint: str
    """SHA-256: the proof that its rows' consents refer to."""
    size: int
    """Bytes."""


def inspect(open_file: Opener) -> FileForm:
    """Read a file once, to know how to read it. InvalidInput where it is no CSV or NDJSON file."""
    fingerprint, size, encoding = _bytes_of(open_file)
    with _text(open_file, encoding) as text:
        start = text.read(_CHUNK).lstrip("\ufeff")
    kind: Literal["csv", "ndjson"] = "ndjson" if start.lstrip()[:1] == "{" else "csv"
    if start.lstrip()[:1] == "[":
        raise _refused("ndjson", "this is one JSON array: write one object a line (NDJSON)")
    if not start.strip():
        raise _refused("empty", "the file is empty")
    if kind == "ndjson":
        first = _parse(start.lstrip().splitlines()[0])
        header = tuple(_flat(first)) if isinstance(first, dict) else ()
        return FileForm(kind, encoding, "", header, fingerprint, size)
    delimiter, header = _csv_header(start)
    return FileForm(kind, encoding, delimiter, header, fingerprint, size)


def read(open_file: Opener, form: FileForm, at: Callable[[int], None] | None = None) -> Iterator[Record | Unreadable]:
    """The rows in their order; blank ones are left out. `at` is told, now and then, how many bytes have been read."""
    with open_file() as raw, _wrapped(raw, form.encoding) as text:
        rows = _read_csv(text, form) if form.kind == "csv" else _read_ndjson(text)
        for number, row in enumerate(rows):
            if at and number % 1000 == 0:
                at(raw.tell())
            yield row


def _bytes_of(open_file: Opener) -> tuple[str, int, str]:
    digest, size, start = hashlib.sha256(), 0, b""
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    with open_file() as raw:
        while chunk := raw.read(_CHUNK):
            start = start or chunk[:4]
            digest.update(chunk)
            size += len(chunk)
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    for magic, what in _BINARY.items():
        if start.startswith(magic):
            raise _refused("csv", f"this is {what}: save it as CSV in UTF-8")
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    elif len(start) > 1 and start[1] == 0 != start[0]:
        encoding = "utf-16-le"
    elif len(start) > 1 and start[0] == 0 != start[1]:
        encoding = "utf-16-be"
    elif is_utf8 and not decoder.getstate()[0]:
        encoding = "utf-8-sig"
    else:
        encoding = _eight_bits(open_file)
    return digest.hexdigest(), size, encoding


def _eight_bits(open_file: Opener) -> str:
    """Of a file that is not wholly UTF-8: damaged UTF-8, whose damaged rows are refused, or one byte a character."""
    good = bad = 0
    undefined = False
    with _text(open_file, "utf-8") as text:
        while chunk := text.read(_CHUNK):
            if not chunk.isascii():
                good += len(_GOOD_CHARACTERS.findall(chunk))
                bad += len(_BAD_BYTES.findall(chunk))
                undefined = undefined or _NOT_IN_CP1252.search(chunk) is not None
    if good > bad:
        return "utf-8-sig"
    return "latin-1" if undefined else "cp1252"


def _text(open_file: Opener, encoding: str) -> io.TextIOWrapper:
    return _wrapped(open_file(), encoding)


def _wrapped(raw: BinaryIO, encoding: str) -> io.TextIOWrapper:
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


class _Lines:
    """Physical lines for the csv module, which can be taken back where a row turns out to be none."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self.number = 0
        """Of the line that was given last."""

    def begin(self) -> None:
        """A new row begins."""
        self._taken.clear()

    def give_up(self) -> None:
        """The row was none: all but its first line are read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        self.number -= max(0, len(self._taken) - 1)
        self._taken.clear()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= _MOST_LINES:
            raise csv.Error("not closed")
        line = self._again.popleft() if self._again else self._text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            while (rest := self._text.readline(_LONGEST_LINE)) and rest[-1] not in "\r\n":
                pass
        self.number += 1
        self._taken.append(line)
        return line


def _read_csv(text: io.TextIOWrapper, form: FileForm) -> Iterator[Record | Unreadable]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
    width, header_seen = len(form.header), False
    while True:
        lines.begin()
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.give_up()
            yield Unreadable(
                line, FieldError("row", "csv", "a quote is not closed or not doubled, or a cell is endless")
            )
            continue
        if not header_seen:
            header_seen = bool(cells) and not _SEP.fullmatch(form.delimiter.join(cells))
            continue
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        whole = "".join(cells)
        if not whole or whole.isspace():
            continue
        if len(cells) != width:
            message = f"this row has {len(cells)} cells, and the header has {width}"
            yield Unreadable(line, FieldError("row", "cells", message))
        elif not whole.isprintable() and _UNWRITTEN.search(whole):
            yield Unreadable(line, _unwritten())
        else:
            yield Record(line, form.header, cells)


def _read_ndjson(text: io.TextIOWrapper) -> Iterator[Record | Unreadable]:
    lines = _Lines(text)
    for written in lines:
        lines.begin()
        line = written.strip().lstrip("\ufeff")
        if not line:
            continue
        data = _parse(line)
        if not isinstance(data, dict):
            yield Unreadable(lines.number, FieldError("row", "json", "this line is not one JSON object"))
        elif _UNWRITTEN.search("".join(map(str, (flat := _flat(data)).values()))):
            yield Unreadable(lines.number, _unwritten())
        else:
            yield Record(lines.number, tuple(flat), tuple(flat.values()))


def _parse(line: str) -> Any:
    try:
        return json.loads(line, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _flat(data: Mapping[str, Any]) -> dict[str, Cell]:
    """An object's values by name; those of `consent` and `fields`, which may be objects, by theirs."""
    flat: dict[str, Cell] = {}
    for name, value in data.items():
        if isinstance(value, dict) and name in ("consent", "fields"):
            inner = {f"consent.{key}" if name == "consent" else key: said for key, said in value.items()}
            flat |= {key: _cell(said) for key, said in inner.items()}
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def _csv_header(start: str) -> tuple[str, tuple[str, ...]]:
    """Delimiter and columns. Of the usual delimiters, the one that makes the most columns."""
    told = _SEP.match(start.lstrip("\r\n"))
    delimiters = told[1] if told else _DELIMITERS
    if told:
        start = start.lstrip("\r\n")[told.end() :]
    headers = [(delimiter, _first_row(start, delimiter)) for delimiter in delimiters]
    delimiter, header = max(headers, key=lambda found: len(found[1]))
    if any(_UNWRITTEN.search(name) for name in header):
        raise _refused("csv", "the header has characters that nobody writes: this is not a CSV file")
    if not header:
        raise _refused("csv", "the header cannot be read: this is not a CSV file")
    return delimiter, header


def _first_row(start: str, delimiter: str) -> tuple[str, ...]:
    try:
        for cells in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True):
            if cells:
                return tuple(cell.strip().strip("\ufeff\u200b") for cell in cells)
    except csv.Error:
        pass
    return ()


def _unwritten() -> FieldError:
    return FieldError("row", "characters", "a cell has a NUL, another control character, or bytes that are no text")


def _refused(rule: str, message: str) -> InvalidInput:
    return InvalidInput([FieldError("file", rule, message)])
