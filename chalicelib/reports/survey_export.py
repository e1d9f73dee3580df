"""A survey's answers as a table: a row for each person under the survey's own pseudonym. Pure.

A cell that a spreadsheet would run as a formula begins with an apostrophe (OWASP, CSV Injection); so does what would be
a cell of its own where another separator is usual, as the semicolon is in French.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from chalicelib.clock import SECOND
from chalicelib.storage.survey_entries import Entry
from chalicelib.storage.surveys import Survey

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INSIDE = re.compile("(?<=[;\t\r\n])(?=[=+@＝＋－＠-])")


def columns(survey: Survey) -> list[str]:
    """The table's head: for a choice its code and its label."""
    named = ["entry", "answered_at"]
    for question in survey.questions:
        named.append(question.id)
        if question.kind == "choice":
            named.append(f"{question.id}_label")
    return named


def row(survey: Survey, entry: Entry, texts: Mapping[str, str]) -> list[str]:
    """A person's answers; `texts` are the free ones by question. The time is that of the last answer, in UTC."""
    last = max((given.at for given in entry.answers.values()), default=0)
    cells = [entry.id, datetime.fromtimestamp(last / SECOND, UTC).isoformat(timespec="seconds")]
    for question in survey.questions:
        given = entry.answers.get(question.id)
        value = "" if given is None else str(given.value)
        if question.kind == "text":
            value = texts.get(question.id, "")
        cells.append(value)
        if question.kind == "choice":
            cells.append(dict(question.choices).get(value, ""))
    return [harmless(cell) for cell in cells]


def harmless(cell: str) -> str:
    """The cell, so that no spreadsheet runs it."""
    safe = _INSIDE.sub("'", cell)
    return f"'{safe}" if safe.startswith(_FORMULA) else safe


def as_csv(rows: Iterable[list[str]]) -> Iterator[str]:
    """Rows as lines of CSV (RFC 4180)."""
    for cells in rows:
        line = io.StringIO()
        csv.writer(line).writerow(cells)
        yield line.getvalue()
