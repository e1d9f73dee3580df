"""How many of a base would belong to a segment, before it is made: everybody of a small base, a sample of a larger one.

A contact's name is a keyed hash, and so is the order of the roster: its first people are a sample like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.audience.segment_reader import AT_ONCE, FactReader
from chalicelib.audience.segments import Rules
from chalicelib.storage import keys
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.rosters import Rosters

LOOKED_AT = 300
"""Contacts at most: each may cost several reads, and somebody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Of how many contacts how many were looked at, and how many of these belong."""

    contacts: int
    looked_at: int
    belong: int


class SegmentSampler:
    """Asks rules of some of a base's contacts. Nothing is kept."""

    def __init__(self, rosters: Rosters, sizes: BaseSizes, reader: FactReader) -> None:
        self._rosters = rosters
        self._sizes = sizes
        self._reader = reader

    def ask(self, base: str, rules: Rules) -> Sample:
        """How many belong, of those who were looked at."""
        looked_at = belong = 0
        for shard in range(keys.ROSTER_SHARDS):
            after = ""
            while looked_at < LOOKED_AT:
                people = self._rosters.page(base, shard, after, min(AT_ONCE, LOOKED_AT - looked_at))
                if not people:
                    break
                facts = self._reader.read(base, people, rules.groups)
                looked_at, after = looked_at + len(facts), people[-1]
                belong += sum(rules.holds(one) for one in facts.values())
        ended = looked_at < LOOKED_AT
        return Sample(looked_at if ended else max(looked_at, self._sizes.get(base)), looked_at, belong)
