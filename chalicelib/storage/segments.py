"""Segments of an advertiser's base, and who is in them: in shards, counted in the transaction that moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update, Write

Kind = Literal["rules", "manual"]
State = Literal["building", "ready", "removing"]
_AT_ONCE = 45
"""Members in one transaction: two writes each, and their count."""
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """How far work over a base or a segment has come: which pass, which shard, behind whom."""

    step: str
    shard: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an advertiser's own base: by rules, or by hand."""

    id: str
    advertiser: str
    name: str
    kind: Kind
    created_at: int
    state: State = "ready"
    version: int = 1
    """Moves with each change of name or rules: work that was begun for older rules is not finished."""
    rules: str = ""
    """JSON (audience/segments.py)."""
    built_at: int = 0
    """When all of the base was last gone through; 0 where it never was."""
    place: Place | None = None
    due_at: int | None = None
    """When it is worked on next."""


class Segments:
    """One item per segment beside its advertiser's."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, segment_id: str) -> Segment | None:
        """One segment, also one that is being removed."""
        item = self._table.get(keys.segment(advertiser, segment_id))
        return from_item(item) if item else None

    def all_of(self, advertiser: str) -> list[Segment]:
        """An advertiser's segments in the order of their making."""
        return [
            from_item(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.SEGMENT_PREFIX)
        ]

    def save(self, segment: Segment, known: Segment | None = None) -> bool:
        """Store a segment, where it still is as it was `known`. False where it is not."""
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition, values = "#version = :read AND #state = :stood", {"read": known.version, "stood": known.state}
        try:
            self._table.put(Put(keys.segment(segment.advertiser, segment.id), _item(segment), condition, values))
        except ConditionFailed:
            return False
        return True

    def delete(self, segment: Segment) -> None:
        """Forget a segment that has no members any more."""
        for key in self._table.keys_of(keys.segment_size(segment.id)):
            self._table.delete(Delete(key))
        self._table.delete(Delete(keys.segment(segment.advertiser, segment.id)))


class Members:
    """Who is in which segment. A person is told by the name that contacts have."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def size(self, segment_id: str) -> int:
        """How many members a segment has now."""
        return sum(item["members"] for item in self._table.query(keys.segment_size(segment_id)))

    def page(self, segment_id: str, shard: int, after: str, limit: int) -> list[str]:
        """The next members of a shard, behind `after`; none at its end."""
        return [
            str(item["sk"]) for item in self._table.query(keys.members(segment_id, shard), after=after, limit=limit)
        ]

    def all(self, segment_id: str) -> Iterator[str]:
        """Every member. Their names are keyed hashes, so any first ones of a shard are a fair sample of it."""
        for shard in range(keys.ROSTER_SHARDS):
            for item in self._table.query(keys.members(segment_id, shard)):
                yield str(item["sk"])

    def of_contact(self, base: str, person: str) -> set[str]:
        """The segments that a contact is in."""
        items = self._table.query(keys.contact_partition(base, person), keys.MEMBER_OF_PREFIX)
        return {str(item["sk"]).removeprefix(keys.MEMBER_OF_PREFIX) for item in items}

    def among(self, segment_id: str, people: Iterable[str]) -> set[str]:
        """Those of up to 100 people who are in a segment."""
        found = self._table.get_many([keys.member(segment_id, person) for person in people])
        return {str(item["sk"]) for item in found.values()}

    def add(self, base: str, segment_id: str, people: Iterable[str]) -> int:
        """Put people into a segment; returns how many were not in it."""

        def join(person: str) -> list[Write]:
            reference: Item = {"type": "member_of", "v": 1}
            return [
                Put(keys.member(segment_id, person), {"type": "member", "v": 1}, "attribute_not_exists(pk)"),
                Put(keys.member_of(base, person, segment_id), reference),
            ]

        return self._move(segment_id, people, join, 1)

    def remove(self, base: str, segment_id: str, people: Iterable[str]) -> int:
        """Take people out of a segment; returns how many were in it."""

        def leave(person: str) -> list[Write]:
            return [
                Delete(keys.member(segment_id, person), "attribute_exists(pk)"),
                Delete(keys.member_of(base, person, segment_id)),
            ]

        return self._move(segment_id, people, leave, -1)

    def forget(self, base: str, person: str) -> None:
        """Take a contact out of all segments: it is erased, or its time is over."""
        for segment_id in self.of_contact(base, person):
            self.remove(base, segment_id, [person])

    def _move(self, segment_id: str, people: Iterable[str], writes: Callable[[str], list[Write]], by: int) -> int:
        shards: dict[int, list[str]] = {}
        for person in dict.fromkeys(people):
            shards.setdefault(keys.roster_shard(person), []).append(person)
        moved = 0
        for shard, those in shards.items():
            for start in range(0, len(those), _AT_ONCE):
                moved += self._move_some(segment_id, shard, those[start : start + _AT_ONCE], writes, by)
        return moved

    def _move_some(
        self, segment_id: str, shard: int, people: list[str], writes: Callable[[str], list[Write]], by: int
    ) -> int:
        for _ in range(_ATTEMPTS):
            known = self.among(segment_id, people)
            moving = [person for person in people if (person in known) == (by < 0)]
            if not moving:
                return 0
            counted = _counted(segment_id, shard, by * len(moving))
            try:
                self._table.transact([*(write for person in moving for write in writes(person)), counted])
            except TransactionRefused:
                continue  # Somebody else moved one of them: look again.
            return len(moving)
        raise StorageUnavailable("the segment kept changing")


def _counted(segment_id: str, shard: int, by: int) -> Update:
    return Update(
        (keys.segment_size(segment_id), str(shard)),
        "SET #type = :type, #v = :v ADD #members :by",
        {"type": "segment_size", "v": 1, "by": by},
    )


def from_item(item: Item) -> Segment:
    """A segment as the table holds it."""
    known = {name: item[name] for name in Segment.__slots__ if name in item}
    place = item.get("place")
    return Segment(**known | {"place": Place(**place) if place else None})


def _item(segment: Segment) -> dict[str, Any]:
    item: dict[str, Any] = {name: getattr(segment, name) for name in Segment.__slots__}
    if segment.place:
        item["place"] = asdict(segment.place)
    waits = {"due_shard": keys.JOBS} if segment.due_at is not None else {}
    return {"type": "segment", "v": 1} | item | waits
