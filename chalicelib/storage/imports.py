"""How far an import came, so that one that stopped goes on."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Delete, Put, Table

_KEPT_FOR = 7 * DAY


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All up to a row has been written."""

    rows: int
    opposed: int
    """How many of them had objected."""
    started: int
    """When the first run began: no consent of the file is after that."""


class Checkpoints:
    """One item per run that is not complete."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str, run: str) -> Checkpoint | None:
        """Where the run stopped; None where it never began, or is complete."""
        item = self._table.get(keys.import_run(base, run))
        return Checkpoint(item["rows"], item["opposed"], item["started"]) if item else None

    def save(self, base: str, run: str, checkpoint: Checkpoint) -> None:
        """Remember how far the run came, for a week."""
        item = {
            "type": "import",
            "v": 1,
            "rows": checkpoint.rows,
            "opposed": checkpoint.opposed,
            "started": checkpoint.started,
            "ttl": (checkpoint.started + _KEPT_FOR) // SECOND,
        }
        self._table.put(Put(keys.import_run(base, run), item))

    def delete(self, base: str, run: str) -> None:
        """The run is complete."""
        self._table.delete(Delete(keys.import_run(base, run)))
