"""Which texts from phones were heard, and which are nobody's. A text is known by an id of ours, never by its words."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table, Update

_REMEMBERED = 90 * DAY


@dataclass(frozen=True, slots=True)
class FirstHeard:
    """When a text was written, as it was told first, and whether all was done that it asks for."""

    at: int
    done: bool


@dataclass(frozen=True, slots=True)
class Stray:
    """A text that is nobody's, sealed (`stray_context`)."""

    id: str
    at: int
    sealed: bytes

    @property
    def place(self) -> str:
        """Where it stands in the order of time."""
        return keys.stray(self.at, self.id)[1]


class HeardTexts:
    """Each text is acted on once, however often it is reported."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def heard(self, text_id: str, at: int, now: int) -> FirstHeard:
        """Note that a text was heard, and learn when it was written if it was heard before."""
        item = {"type": "heard", "v": 1, "at": at, "done": False, "ttl": (now + _REMEMBERED) // SECOND}
        try:
            self._table.put(Put(keys.heard(text_id), item, condition="attribute_not_exists(pk)"))
        except ConditionFailed:
            found = self._table.get(keys.heard(text_id))
            return FirstHeard(found["at"], found["done"]) if found else FirstHeard(at, done=False)
        return FirstHeard(at, done=False)

    def settle(self, text_id: str) -> None:
        """Note that all was done that a text asks for."""
        self._table.update(Update(keys.heard(text_id), "SET #done = :done", {"done": True}))

    def keep_apart(self, stray: Stray, now: int) -> bool:
        """Keep a text of a phone that nobody has written to; False where it is kept already."""
        item = {"type": "stray", "v": 1, "id": stray.id, "at": stray.at, "sealed": stray.sealed}
        put = Put(
            keys.stray(stray.at, stray.id),
            item | {"ttl": (now + _REMEMBERED) // SECOND},
            condition="attribute_not_exists(pk)",
        )
        try:
            self._table.put(put)
        except ConditionFailed:
            return False
        return True

    def strays(self, after: str, limit: int) -> list[Stray]:
        """The newest texts that are nobody's, behind a place."""
        found = self._table.query(keys.STRAYS, newest_first=True, limit=limit, after=after)
        return [Stray(item["id"], item["at"], item["sealed"]) for item in found]


def stray_context(text_id: str) -> str:
    """Where a text that is nobody's is sealed for."""
    return f"stray/{text_id}"
