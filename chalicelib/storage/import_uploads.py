"""Imports of uploaded files: their options, how far they are, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table, Update

State = Literal["awaiting_file", "running", "done", "failed"]
_KEPT_FOR = 7 * DAY


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file."""

    id: str
    base: str
    state: State
    created_at: int
    options: Mapping[str, Any]
    dry_run: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)
    """Of the rows so far; empty before the first pause."""
    problems: tuple[Mapping[str, str], ...] = ()
    """Why it failed: field, rule and message of each."""
    leased_until: int = 0
    """Until then nobody else reads it; 0 where nobody does."""


class Uploads:
    """One item per upload, for a week. Who reads a file holds a lease, and only its holder changes the item."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, upload: Upload) -> None:
        """Announce a file."""
        item: Item = {
            "type": "upload",
            "v": 1,
            "id": upload.id,
            "base": upload.base,
            "state": upload.state,
            "created_at": upload.created_at,
            "options": json.dumps(dict(upload.options)),
            "dry_run": upload.dry_run,
            "leased_until": 0,
            "ttl": (upload.created_at + _KEPT_FOR) // SECOND,
        } | keys.listed("uploads", upload.base, upload.id)
        self._table.put(Put(keys.import_upload(upload.base, upload.id), item))

    def get(self, base: str, upload_id: str) -> Upload | None:
        """An upload of a base."""
        item = self._table.get(keys.import_upload(base, upload_id))
        return from_item(item) if item else None

    def start(self, upload: Upload) -> bool:
        """The file is there; whether the upload was still waiting for it."""
        values = {"running": "running", "waiting": "awaiting_file"}
        return self._change(upload, "SET #state = :running", "#state = :waiting", values)

    def lease(self, upload: Upload, now: int, until: int) -> bool:
        """Whether the caller alone may now read a running upload's file, until then."""
        values = {"now": now, "until": until, "running": "running"}
        return self._change(upload, "SET #leased_until = :until", "#state = :running AND #leased_until <= :now", values)

    def settle(
        self, upload: Upload, held: int, state: State, report: Mapping[str, Any], problems: tuple[Any, ...] = ()
    ) -> bool:
        """Note what came of the reading under the lease `held`, and end the lease. False where it was lost."""
        values = {
            "state": state,
            "report": json.dumps(dict(report)),
            "problems": json.dumps(problems),
            "free": 0,
            "held": held,
        }
        expression = "SET #state = :state, #report = :report, #problems = :problems, #leased_until = :free"
        return self._change(upload, expression, "#leased_until = :held", values)

    def _change(self, upload: Upload, expression: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            self._table.update(Update(keys.import_upload(upload.base, upload.id), expression, values, condition))
        except ConditionFailed:
            return False
        return True


def from_item(item: Item) -> Upload:
    """An upload as the table holds it."""
    return Upload(
        id=item["id"],
        base=item["base"],
        state=item["state"],
        created_at=item["created_at"],
        options=json.loads(item["options"]),
        dry_run=item["dry_run"],
        report=json.loads(item.get("report", "{}")),
        problems=tuple(json.loads(item.get("problems", "[]"))),
        leased_until=item["leased_until"],
    )
