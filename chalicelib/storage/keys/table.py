"""What is the whole table's: what a key is, the two indexes beside the keys, what tells one table from another."""

from __future__ import annotations

import zlib
from typing import Literal

Key = tuple[str, str]
CLOCK: Key = ("CLOCK", "CLOCK")
TABLE_IDENTITY: Key = ("TABLE#", "IDENTITY")
DUE_INDEX = "due"
DUE_SHARDS = 8
TEXTS = "texts"
"""The partition of the index `due` in which parts of long texts wait for one another."""
JOBS = "jobs"
"""The partition of the index `due` in which long work stands: segments, broadcasts, rehearsals."""
NOTICES = "notices"
"""And the one of what is to be told outside: deliveries of webhooks, conversations that wait."""
LISTED_INDEX = "listed"
LIST_STRANDS = 8
Listing = Literal[
    "advertisers", "sites", "lead_sources", "shops", "uploads", "links", "link_domains", "messages", "clicks"
]
_BUSY: frozenset[Listing] = frozenset({"messages", "clicks"})
"""Lists that a campaign puts thousands into at once."""
_LAST_LISTED = 10**13 - 1
"""Of moments with 13 digits, which are in order as texts: in the year 2286."""


def listed(listing: Listing, owner: str, place: str) -> dict[str, str]:
    """What puts an item into a list of the index `listed`, at a place; it must not change as long as the item is there.

    Places are in the order of time: a ULID, or `listed_at`.
    """
    strand = f"#{zlib.crc32(place.encode()) % LIST_STRANDS}" if listing in _BUSY else ""
    return {"listed": f"{listing}#{owner}{strand}", "listed_place": place}


def listed_at(at: int, name: str = "") -> str:
    """The place in a list of what is of a moment (epoch ms); without a name, of the moment itself."""
    moment = f"{min(at, _LAST_LISTED):013d}"
    return f"{moment}#{name}" if name else moment


def listed_moment(place: str) -> int:
    """The moment (epoch ms) of a place that `listed_at` made."""
    return int(place.partition("#")[0])


def list_strands(listing: Listing, owner: str) -> list[str]:
    """The partitions of the index that a list stands in."""
    if listing not in _BUSY:
        return [f"{listing}#{owner}"]
    return [f"{listing}#{owner}#{strand}" for strand in range(LIST_STRANDS)]
