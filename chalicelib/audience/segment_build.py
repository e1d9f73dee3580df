"""Goes through a base for a segment, piece by piece: new rules, and once a day what has changed by time alone.

A piece is a page of the base's roster; then, to the same end, of the segment's own members, of whom some may have left
the base. Where it stands is kept with the segment, so that a worker which dies loses a page. A page that is done twice
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.audience.segment_reader import AT_ONCE, FactReader
from chalicelib.audience.segments import LARGEST_KEPT_BY_EVENTS, Rules, rules_of
from chalicelib.clock import DAY, MINUTE, SECOND, Clock
from chalicelib.logs import log
from chalicelib.storage import keys
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.jobs import Job
from chalicelib.storage.rosters import Rosters
from chalicelib.storage.segments import Members, Place, Segment, Segments

_LEASE = 16 * MINUTE
"""Longer than the function lives."""
_MARGIN_MS = 15 * SECOND
_SAVED_EVERY = 20
"""Pages."""


class SegmentBuilder:
    """The background's work on segments."""

    def __init__(
        self,
        segments: Segments,
        members: Members,
        rosters: Rosters,
        sizes: BaseSizes,
        reader: FactReader,
        clock: Clock,
    ) -> None:
        self._segments = segments
        self._members = members
        self._rosters = rosters
        self._sizes = sizes
        self._reader = reader
        self._clock = clock

    def work(self, job: Job, remaining_ms: Callable[[], int]) -> None:
        """Go on with a segment until it is done, or the caller's time is nearly over. The job is leased."""
        advertiser = keys.advertiser_of(job.key[0])
        segment = self._segments.get(advertiser, job.key[1].removeprefix(keys.SEGMENT_PREFIX))
        if segment is None or segment.due_at is None:
            return
        if segment.state != "removing" and self._sizes.get(advertiser) > LARGEST_KEPT_BY_EVENTS:
            log("segment_left_to_export", advertiser=advertiser, segment=segment.id)
            self._keep(segment, due_at=self._clock.now() + DAY)
            return
        if segment.state == "ready":
            segment = replace(segment, place=Place("roster"))  # The daily round.
        while segment.place:
            if remaining_ms() < _MARGIN_MS:
                self._keep(segment, due_at=self._clock.now())
                return
            for _ in range(_SAVED_EVERY):
                if segment.place is None or remaining_ms() < _MARGIN_MS:
                    break
                segment = replace(segment, place=self._piece(segment, segment.place))
            if segment.place and not self._keep(segment, due_at=self._clock.now() + _LEASE):
                return  # Its rules were changed meanwhile: it is begun anew.
        self._finish(segment)

    def _piece(self, segment: Segment, place: Place) -> Place | None:
        """Do a page; returns where the next one begins, None behind the last."""
        page = self._page(segment, place)
        if page:
            self._look_at(segment, page)
            return replace(place, after=page[-1])
        if place.shard + 1 < keys.ROSTER_SHARDS:
            return Place(place.step, place.shard + 1)
        return Place("members") if place.step == "roster" else None

    def _page(self, segment: Segment, place: Place) -> list[str]:
        if place.step == "roster":
            return self._rosters.page(segment.advertiser, place.shard, place.after, AT_ONCE)
        return self._members.page(segment.id, place.shard, place.after, AT_ONCE)

    def _look_at(self, segment: Segment, people: list[str]) -> None:
        if segment.state == "removing":
            self._members.remove(segment.advertiser, segment.id, people)
            return
        settle(self._reader, self._members, segment, rules_of(segment.rules), people)

    def _finish(self, segment: Segment) -> None:
        if segment.state == "removing":
            self._segments.delete(segment)
            log("segment_removed", advertiser=segment.advertiser, segment=segment.id)
            return
        now = self._clock.now()
        self._segments.save(replace(segment, state="ready", built_at=now, due_at=now + DAY), segment)
        log("segment_built", advertiser=segment.advertiser, segment=segment.id)

    def _keep(self, segment: Segment, due_at: int) -> bool:
        """Store how far it is. False where the segment was changed meanwhile."""
        return self._segments.save(replace(segment, due_at=due_at), segment)


def settle(reader: FactReader, members: Members, segment: Segment, rules: Rules, people: list[str]) -> None:
    """Put those of up to 100 people into a segment who belong there by what is known now, and take out the others."""
    facts = reader.read(segment.advertiser, people, rules.groups)
    belong = [person for person in people if person in facts and rules.holds(facts[person])]
    members.add(segment.advertiser, segment.id, belong)
    members.remove(segment.advertiser, segment.id, set(people).difference(belong))
