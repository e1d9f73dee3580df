"""How far the daily export of the daybook is: one item, moved on condition that nobody else has moved it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table


@dataclass(frozen=True, slots=True)
class Progress:
    """The day that is being exported, and where in it to go on."""

    day: int
    """Its beginning (epoch ms, UTC)."""
    shard: int = 0
    after: str = ""
    """The place in the shard."""
    piece: int = 0
    moves: int = 0


class ExportedDays:
    """The one pointer."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self) -> Progress | None:
        """Where the export is; None before the first."""
        item = self._table.get(keys.EXPORTED_DAYS)
        return Progress(**{name: item[name] for name in Progress.__slots__}) if item else None

    def move(self, to: Progress, known: Progress | None) -> Progress | None:
        """Move on from where it was known to be; None where somebody else has moved it."""
        moved = replace(to, moves=known.moves + 1 if known else 1)
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition, values = "#moves = :known", {"known": known.moves}
        try:
            item = {"type": "exported_days", "v": 1} | asdict(moved)
            self._table.put(Put(keys.EXPORTED_DAYS, item, condition, values))
        except ConditionFailed:
            return None
        return moved
