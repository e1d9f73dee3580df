"""How rows are written: CSV for people, lines of JSON for engines. Pure: the same rows are the same file."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable

from chalicelib.reports.export_rows import COLUMNS, Row
from chalicelib.reports.survey_export import harmless
from chalicelib.storage.exports import Form, What


def written(table: What, rows: Iterable[Row], form: Form) -> bytes:
    """A file of rows, compressed."""
    return packed((as_csv if form == "csv" else as_ndjson)(table, rows))


def packed(text: str) -> bytes:
    """Compressed without a time in it: the same again is the same file."""
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def as_ndjson(table: What, rows: Iterable[Row]) -> str:
    """An object a line, each with every column."""
    columns = COLUMNS[table]
    return "".join(
        json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False, separators=(",", ":")) + "\n"
        for row in rows
    )


def as_csv(table: What, rows: Iterable[Row]) -> str:
    """RFC 4180 with a head. What a spreadsheet would run as a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS[table])
    for row in rows:
        cells = (row.get(name) for name in COLUMNS[table])
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue()
