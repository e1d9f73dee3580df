"""Settings that each send looks at: what a container has read of them it goes on believing for some seconds.

What is kept has one age for all who ask, so that one batch can read ahead what several will look at.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.clock import SECOND, Clock
from chalicelib.storage.codec import Item
from chalicelib.storage.keys import Key
from chalicelib.storage.table import Table

_USUAL = 10 * SECOND
_SHORTER = {"HALT": 5 * SECOND, "BREAKER": 5 * SECOND}
"""By sort key: what must hold everywhere within ten seconds of being said."""


class Kept:
    """One container's memory of items. A clock that was set back keeps nothing."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._items: dict[Key, tuple[int, Item | None]] = {}

    def get(self, key: Key, *, absent: bool = True) -> Item | None:
        """One item, or None. With `absent` False it is asked for again where it was not there before."""
        if self._fresh(key, absent=absent):
            return self._items[key][1]
        now, item = self._clock.now(), self._table.get(key)
        if item is not None or absent:
            self._items[key] = (now, item)
        return item

    def ahead(self, keys: Iterable[Key]) -> None:
        """Read all that is not kept any more, in one call. Raises StorageUnavailable."""
        wanted = [key for key in keys if not self._fresh(key)]
        now, found = self._clock.now(), self._table.get_many(wanted)
        self._items |= {key: (now, found.get(key)) for key in wanted}

    def forget(self, key: Key) -> None:
        """What this container has just changed."""
        self._items.pop(key, None)

    def _fresh(self, key: Key, *, absent: bool = True) -> bool:
        at, item = self._items.get(key, (None, None))
        if at is None or (item is None and not absent):
            return False
        return 0 <= self._clock.now() - at < _SHORTER.get(key[1], _USUAL)
