"""A report's rows as a flat table: what is nested becomes a column of its own, such as `clicked.rate.low`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.reports.survey_export import as_csv, harmless


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV (RFC 4180) under one head; a cell that a spreadsheet would run is made harmless. Numbers stay so."""
    flat = [dict(_flat(row)) for row in rows]
    head = list(dict.fromkeys(name for row in flat for name in row))
    return "".join(as_csv([head, *([_cell(row.get(name)) for name in head] for row in flat)]))


def _flat(row: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif not isinstance(value, list):
            yield f"{before}{name}", value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else str(value)
