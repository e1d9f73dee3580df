"""Passes over the whole table, in segments side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from chalicelib.audience.rekey import Passed

SEGMENTS = 8
_ROUNDS = 5
T = TypeVar("T")


class NotComplete(Exception):
    """A phase could not be completed; the text says why. It can be run again."""


def complete(part: Callable[[int], Passed]) -> Passed:
    """Run `part` for each segment, again and again until nothing is left to do. Raises NotComplete."""
    total = Passed()
    for _ in range(_ROUNDS):
        passed = sum(each_segment(part), Passed())
        total = Passed(max(total.seen, passed.seen), total.changed + passed.changed, passed.left)
        if not passed.left:
            return total
    raise NotComplete(f"{total.left} items were being written or do not open: run it again")


def each_segment(part: Callable[[int], T]) -> list[T]:
    """What `part` says of each segment."""
    with ThreadPoolExecutor(SEGMENTS) as pool:
        return list(pool.map(part, range(SEGMENTS)))
