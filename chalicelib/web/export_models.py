"""What the admin API takes and tells of an export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from chalicelib.reports.periods import Period
from chalicelib.storage.exports import Export, Form, State, What
from chalicelib.web.body import example


class NewExport(BaseModel):
    """What is exported: a table, and the days of it by the advertiser's clock, both included."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True) | example(
        {"what": "messages", "since": "2026-03-01", "until": "2026-03-31"}
    )

    what: What
    since: date
    until: date
    format: Form = "csv"

    def period(self, zone: str) -> Period:
        """The days by the clock of a zone, as those of the reports."""
        return Period(self.since, self.until, zone)


class ExportFile(TypedDict):
    """One file of an export."""

    name: str
    rows: int
    url: str | None


class ExportTold(TypedDict):
    """An export."""

    export: str
    what: What
    format: Form
    since: int
    until: int
    state: State
    asked_at: int
    ended_at: int | None
    rows: int
    files: list[ExportFile]


def told(export: Export, links: Sequence[str]) -> ExportTold:
    """An export as it is told; `links` to its files, in their order, or none."""
    urls = [*links, *(None for _ in export.files)]
    return {
        "export": export.id,
        "what": export.table,
        "format": export.form,
        "since": export.since,
        "until": export.until,
        "state": export.state,
        "asked_at": export.asked_at,
        "ended_at": export.ended_at or None,
        "rows": sum(export.files),
        "files": [
            {"name": export.file(number), "rows": rows, "url": urls[number]} for number, rows in enumerate(export.files)
        ],
    }
