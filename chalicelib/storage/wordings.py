"""The registry of wordings: the exact texts that people agree to, each under an id of its base, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.table import ConditionFailed, Put, Table


@dataclass(frozen=True, slots=True)
class Wording:
    """What is shown to who agrees, in one language: a text for each purpose."""

    id: str
    language: str
    """Two small letters, such as `fr`."""
    texts: Mapping[Purpose, str]

    @property
    def hash(self) -> str:
        """SHA-256 of the texts as they are shown, in one order whatever order they came in."""
        shown = (self.texts[purpose] for purpose in _ORDER if purpose in self.texts)
        return hashlib.sha256("\n".join(shown).encode()).hexdigest()


_ORDER: tuple[Purpose, ...] = get_args(Purpose)


class Wordings:
    """Reads and writes of wordings. None is ever replaced or deleted: a proof may name it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, base: str, wording: Wording) -> Wording | None:
        """Keep a wording; None once it is kept, or else the one that had the id before."""
        item: Item = {
            "type": "wording",
            "v": 1,
            "id": wording.id,
            "language": wording.language,
            "texts": dict(wording.texts),
        }
        try:
            self._table.put(Put(keys.wording(base, wording.id), item, condition="attribute_not_exists(pk)"))
        except ConditionFailed:
            return self.get(base, wording.id)
        return None

    def get(self, base: str, wording_id: str) -> Wording | None:
        """One wording of a base, or None."""
        item = self._table.get(keys.wording(base, wording_id))
        return _wording(item) if item else None

    def all(self, base: str) -> list[Wording]:
        """A base's wordings, by their ids."""
        return [_wording(item) for item in self._table.query(keys.wordings(base), keys.WORDING_PREFIX)]


def _wording(item: Item) -> Wording:
    return Wording(item["id"], item["language"], cast("Mapping[Purpose, str]", item["texts"]))
