"""The export of a large base: a row per fact of each contact, pseudonymous, for an engine that answers in SQL.

One scan of the table in parts, an operator's job; what is found is read as for a small base (docs/adr/0023).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from chalicelib.audience.segment_reader import AT_ONCE, FactReader
from chalicelib.audience.segment_sql import rows_of
from chalicelib.storage.rosters import Rosters
from chalicelib.storage.segments import Members, Segment


def facts_by_row(
    rosters: Rosters, reader: FactReader, base: str, groups: Collection[str], segment: int = 0, segments: int = 1
) -> Iterator[dict[str, Any]]:
    """The facts of a base's contacts in one of `segments` parts of the table."""
    for people in _chunks(rosters.scanned(base, segment, segments)):
        for person, facts in reader.read(base, people, groups).items():
            yield from rows_of(person, facts)


def load(members: Members, segment: Segment, found: Iterable[str]) -> tuple[int, int]:
    """Make exactly these people a segment's members; returns how many came and how many went.

    Told people are held in memory: a pseudonym has 64 characters, so ten million take about a gigabyte.
    """
    wanted = set(found)
    came = sum(members.add(segment.advertiser, segment.id, people) for people in _chunks(wanted))
    others = (person for person in members.all(segment.id) if person not in wanted)
    return came, sum(members.remove(segment.advertiser, segment.id, people) for people in _chunks(list(others)))


def _chunks(people: Iterable[str]) -> Iterator[list[str]]:
    left = iter(people)
    while some := list(islice(left, AT_ONCE)):
        yield some
