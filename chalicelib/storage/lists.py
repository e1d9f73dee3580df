"""What is listed, the newest first: things that are found by their own ids otherwise (docs/adr/0039).

A thing that is listed says so when it is made: in which list, and its place there. Both never change, so that whatever
happens to it later costs the index `listed` nothing. The list tells keys; what stands there is read from the table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.keys import Key, Listing
from chalicelib.storage.table import Table

_BATCH = 100
_MOST_CALLS = 24
"""To the index, for one page. A list that is asked for what is rare in it is answered in part, with where to go on."""
_CALLS_FOR_NAMES = 3
"""To one strand: some 15,000 names."""
_LOOKED_AT = 500
"""Things read for one page, where the index alone cannot tell which are meant."""
_FIRST, _LAST = "!", "~"
"""Before and behind any place: ids and times are letters and digits."""


class Entry(NamedTuple):
    """A thing in a list."""

    key: Key
    place: str


class Lists:
    """Pages of lists. What was made a moment ago may not be there yet: an index follows its table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(
        self,
        listing: Listing,
        owner: str,
        limit: int,
        *,
        after: str = "",
        since: int | None = None,
        until: int | None = None,
        like: Mapping[str, str] | None = None,
        keep: Callable[[Item], bool] | None = None,
    ) -> tuple[list[Item], str | None]:
        """The next things that are listed for an owner, and the place to go on behind; None at the list's end.

        Of lists by time (epoch ms): before `until`, back to `since`, it included. `like` are attributes that the index
        has; `keep` decides by all that a thing is. With either a page may be short, and still not the last one.
        """
        upper = min(after or _LAST, _LAST if until is None else keys.listed_at(until))
        lower = _FIRST if since is None else keys.listed_at(since)
        if lower > upper:
            return [], None
        wanted = limit if keep is None else max(limit, _LOOKED_AT)
        entries, following = self._entries(keys.list_strands(listing, owner), wanted, lower, upper, like or {})
        found: list[Item] = []
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            items = self._table.get_many(entry.key for entry in batch)
            for position, entry in enumerate(batch, start + 1):
                item = items.get(entry.key)
                if item is None or not (keep is None or keep(item)):
                    continue
                found.append(item)
                if len(found) == limit and position < len(entries):
                    return found, entry.place
        return found, following

    def names(self, listing: Listing, owner: str, since: int) -> tuple[list[Key], int]:
        """The keys of what was put into a list by time since a moment (epoch ms), in no order; and since when in truth.

        A strand takes a few calls, of 1 MB each: of a list that has more, the newest are told, back to a moment from
        which on none is missing.
        """
        found: list[Entry] = []
        whole = keys.listed_at(since)
        for strand in keys.list_strands(listing, owner):
            upper = _LAST
            for _ in range(_CALLS_FOR_NAMES):
                items, left = self._table.page_of_list(strand, whole, upper, like={}, limit=None)
                found += [Entry((item["pk"], item["sk"]), item["listed_place"]) for item in items]
                if left is None:
                    break
                upper = left
            else:
                whole = upper
        begins = keys.listed_moment(whole)
        return [entry.key for entry in found if keys.listed_moment(entry.place) >= begins], begins

    def _entries(
        self, strands: Sequence[str], limit: int, since: str, upper: str, like: Mapping[str, str]
    ) -> tuple[list[Entry], str | None]:
        """Up to `limit` entries of all strands in one order. What is answered is behind nothing that is left out."""
        reads = [_Strand(self._table, name, since, upper, like, limit) for name in strands]
        found: list[Entry] = []
        calls = _MOST_CALLS
        while len(found) < limit:
            unread = max((strand for strand in reads if strand.starved), key=lambda one: one.bound or "", default=None)
            newest = max((strand for strand in reads if strand.waiting), key=lambda one: one.head, default=None)
            if newest and (unread is None or newest.head >= (unread.bound or "")):
                found.append(newest.waiting.popleft())
            elif unread is None:
                return found, None
            elif calls == 0:
                return found, unread.bound
            else:
                unread.read()
                calls -= 1
        more = any(strand.waiting or strand.bound for strand in reads)
        return found, found[-1].place if more else None


class _Strand:
    """One partition of the index, read backwards."""

    def __init__(self, table: Table, name: str, since: str, upper: str, like: Mapping[str, str], limit: int) -> None:
        self._table = table
        self._name = name
        self._since = since
        self._like = like
        self._limit = None if like else limit + 1
        self.bound: str | None = upper
        """Before it nothing was read yet; None where all was."""
        self.waiting: deque[Entry] = deque()

    @property
    def starved(self) -> bool:
        return self.bound is not None and not self.waiting

    @property
    def head(self) -> str:
        return self.waiting[0].place

    def read(self) -> None:
        upper = self.bound or _FIRST
        items, self.bound = self._table.page_of_list(self._name, self._since, upper, like=self._like, limit=self._limit)
        entries = (Entry((item["pk"], item["sk"]), item["listed_place"]) for item in items)
        self.waiting.extend(entry for entry in entries if entry.place != upper)
