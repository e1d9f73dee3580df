"""Keeps segments up to date as contacts change: what is touched is looked at again, at once.

The daily round (segment_build.py) repairs what a failure here leaves out, so none keeps the stream from going on.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.audience.segment_build import settle
from chalicelib.audience.segment_reader import AT_ONCE, FactReader
from chalicelib.audience.segments import LARGEST_KEPT_BY_EVENTS, RULES_CACHED_FOR, rules_of
from chalicelib.clock import Clock
from chalicelib.logs import log_failure
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.segments import Members, Segment, Segments


class SegmentWatch:
    """One container's watch. Which segments a base has is kept for ten seconds, and their building waits as long."""

    def __init__(
        self, segments: Segments, members: Members, sizes: BaseSizes, reader: FactReader, clock: Clock
    ) -> None:
        self._segments = segments
        self._members = members
        self._sizes = sizes
        self._reader = reader
        self._clock = clock
        self._cache: dict[str, tuple[int, tuple[Segment, ...]]] = {}

    def touched(self, people: Iterable[tuple[str, str]]) -> None:
        """Look again at contacts, told as (base, person), that something happened to."""
        bases: dict[str, list[str]] = {}
        for base, person in dict.fromkeys(people):
            bases.setdefault(base, []).append(person)
        for base, those in bases.items():
            try:
                for segment in self._of(base):
                    rules = rules_of(segment.rules)
                    for start in range(0, len(those), AT_ONCE):
                        settle(self._reader, self._members, segment, rules, those[start : start + AT_ONCE])
            except Exception as error:  # noqa: BLE001 - whatever it was, the round finds them tomorrow
                log_failure("segments_not_followed", error, base=base)

    def _of(self, base: str) -> tuple[Segment, ...]:
        now = self._clock.now()
        if (entry := self._cache.get(base)) and 0 <= now - entry[0] < RULES_CACHED_FOR:
            return entry[1]
        found: tuple[Segment, ...] = ()
        if base != PARTNER:
            found = tuple(one for one in self._segments.all_of(base) if one.kind == "rules" and one.state != "removing")
        if found and self._sizes.get(base) > LARGEST_KEPT_BY_EVENTS:
            found = ()
        self._cache[base] = (now, found)
        return found
