"""Segments as their advertiser handles them: made, changed, looked at, removed."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.audience.segments import RULES_CACHED_FOR, Rules
from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.storage import keys
from chalicelib.storage.segments import Members, Place, Segment, Segments

MOST_SEGMENTS = 200


class SegmentDesk:
    """An advertiser's segments, of its own base."""

    def __init__(self, segments: Segments, members: Members, clock: Clock) -> None:
        self._segments = segments
        self._members = members
        self._clock = clock

    def all_of(self, advertiser: str) -> list[Segment]:
        """The segments that an advertiser has."""
        return [segment for segment in self._segments.all_of(advertiser) if segment.state != "removing"]

    def find(self, advertiser: str, segment_id: str) -> Segment:
        """A segment of an advertiser; NotFound."""
        found = self._segments.get(advertiser, segment_id)
        if found is None or found.state == "removing":
            raise NotFound("segment")
        return found

    def create(self, advertiser: str, name: str, rules: Rules | None) -> Segment:
        """A new segment, whose base is gone through soon; without rules, an empty one to be filled by hand."""
        now = self._clock.now()
        if len(self.all_of(advertiser)) >= MOST_SEGMENTS:
            raise Conflict(f"an advertiser has at most {MOST_SEGMENTS} segments")
        made = Segment(new_id("seg", now), advertiser, name, "rules" if rules else "manual", now)
        made = self._to_build(made, rules) if rules else made
        self._segments.save(made)
        return made

    def change(self, advertiser: str, segment_id: str, name: str, rules: Rules | None) -> Segment:
        """Another name, other rules. A segment stays of its kind; InvalidInput."""
        known = self.find(advertiser, segment_id)
        if (known.kind == "rules") != (rules is not None):
            wrong = FieldError("rules", "kind", f"this segment is {known.kind}: make another one")
            raise InvalidInput([wrong])
        changed = replace(known, name=name, version=known.version + 1)
        if rules and _written(rules) != known.rules:
            changed = self._to_build(changed, rules)
        self._store(changed, known)
        return changed

    def rebuild(self, advertiser: str, segment_id: str) -> Segment:
        """Have the base gone through again, now."""
        known = self.find(advertiser, segment_id)
        if known.kind == "manual":
            raise InvalidInput([FieldError("segment", "kind", "a list by hand is as it was filled")])
        changed = replace(
            known, state="building", place=Place("roster"), due_at=self._soon(), version=known.version + 1
        )
        self._store(changed, known)
        return changed

    def loaded(self, segment: Segment) -> None:
        """An export's answer has become its members."""
        self._store(replace(segment, state="ready", built_at=self._clock.now(), place=None), segment)

    def remove(self, advertiser: str, segment_id: str) -> None:
        """Remove a segment: it is gone at once, and its members go in pieces."""
        known = self.find(advertiser, segment_id)
        gone = replace(known, state="removing", place=Place("members"), due_at=self._soon(), version=known.version + 1)
        self._store(gone, known)

    def page(self, segment: Segment, after: str, limit: int) -> tuple[list[str], str | None]:
        """Members behind a place (empty: from the start), and the place behind them; None at the end."""
        shard, _, last = after.partition(".")
        found: list[str] = []
        for number in range(int(shard or 0), keys.ROSTER_SHARDS):
            found += self._members.page(segment.id, number, last, limit - len(found))
            if len(found) >= limit:
                return found, f"{number}.{found[-1]}"
            last = ""
        return found, None

    def _to_build(self, segment: Segment, rules: Rules) -> Segment:
        return replace(segment, rules=_written(rules), state="building", place=Place("roster"), due_at=self._soon())

    def _soon(self) -> int:
        return self._clock.now() + RULES_CACHED_FOR

    def _store(self, changed: Segment, known: Segment) -> None:
        if not self._segments.save(changed, known):
            raise Conflict("the segment was changed meanwhile: read it again")


def _written(rules: Rules) -> str:
    return rules.model_dump_json(exclude_none=True)
