"""Parts of long texts: what came of a text waits here, sealed and due, until the rest is there or is given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.clock import DAY, MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Delete, Table, Update

PATIENCE = 3 * MINUTE
"""How long the rest of a text is waited for, from its first part on."""
REUSED_AFTER = 15 * MINUTE
"""Phones count their long texts with one byte: the same reference later than this is another text."""
MOST_PARTS = 20
"""Of one text: what says that it has more is read part by part."""
_LEASE = 5 * MINUTE
_KEPT = DAY


@dataclass(frozen=True, slots=True)
class Parts:
    """What came of one long text."""

    name: str
    id: str
    """The text's own: that of the part that came first."""
    at: int
    parts: int
    sealed: dict[int, bytes] = field(default_factory=dict)
    """By their place, from 1."""
    done: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there."""
        return len(self.sealed) >= self.parts


class TextParts:
    """Each part is kept once, whatever the order in which they come."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, name: str, text_id: str, at: int, part: int, parts: int, sealed: bytes, now: int) -> Parts:
        """Keep a part; answers all that is there. A text that is done with is answered as it was, without the part."""
        first = ("id", "at", "due_at", f"p{part}")
        sets = ["#type = :type, #v = :v, #parts = :parts, #ttl = :ttl, #due_shard = :due_shard"]
        sets += [f"#{attribute} = if_not_exists(#{attribute}, :{attribute})" for attribute in first]
        values: Item = {"type": "text_parts", "v": 1, "parts": parts, "ttl": (now + _KEPT) // SECOND}
        values |= {"due_shard": keys.TEXTS, "id": text_id, "at": at, "due_at": now + PATIENCE, f"p{part}": sealed}
        kept = Update(keys.text_parts(name), f"SET {', '.join(sets)}", values, "attribute_not_exists(#done)")
        try:
            return _parts(name, self._table.update(kept, returning="ALL_NEW"))
        except ConditionFailed as failed:
            found = failed.found or {}
        if found["at"] > now - REUSED_AFTER:
            return _parts(name, found)
        self._table.delete(Delete(keys.text_parts(name), "#at = :at", {"at": found["at"]}))
        return _parts(name, self._table.update(kept, returning="ALL_NEW"))

    def get(self, name: str) -> Parts | None:
        """What came of a text."""
        item = self._table.get(keys.text_parts(name))
        return _parts(name, item) if item else None

    def settle(self, name: str) -> None:
        """Note that a text was read, whole or not: it waits for nothing any more."""
        self._table.update(
            Update(keys.text_parts(name), "SET #done = :done REMOVE #due_at, #due_shard", {"done": True})
        )

    def overdue(self, now: int) -> Iterator[str]:
        """Names of texts whose rest has been waited for long enough; each is answered again after a lease."""
        for item in self._table.query_index(keys.DUE_INDEX, "due_shard", keys.TEXTS, "due_at", now):
            try:
                self._table.update(
                    Update(
                        (item["pk"], item["sk"]),
                        "SET #due_at = :until",
                        {"until": now + _LEASE, "due": item["due_at"]},
                        condition="#due_at = :due",
                    )
                )
            except ConditionFailed:
                continue
            yield str(item["pk"]).removeprefix(keys.TEXT_PARTS_PREFIX)


def text_context(name: str, part: int) -> str:
    """Where a part is sealed for."""
    return f"text-part/{name}/{part}"


def _parts(name: str, item: Item) -> Parts:
    sealed = {int(key[1:]): value for key, value in item.items() if key[:1] == "p" and key[1:].isdecimal()}
    return Parts(name, item["id"], item["at"], item["parts"], dict(sorted(sealed.items())), item.get("done", False))
