"""How conversations are counted: what becomes of them by hour, how many stand in a state, how long people wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from chalicelib.clock import HOUR, MINUTE, SECOND
from chalicelib.storage.counters import difference, moved_in_all
from chalicelib.storage.table import Update

BOUNDS = (
    *(15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR),
)
"""Up to how long (ms) a first answer took, bucket by bucket; past the last one there is one more."""
_LONGER = "longer"


def turned(before: str | None, after: str) -> Iterable[str]:
    """What is counted of a thread that turns from one state to another; nothing where it does not."""
    if before != after:
        yield f"conversation.{after}"


def standing(advertiser: str, thread_id: str, at: int, before: str | None, after: str | None) -> Iterable[Update]:
    """The write that says how many threads stand in each state, where that changes; None for a thread that is not."""
    by = difference({before: 1} if before else {}, {after: 1} if after else {})
    if by:
        yield moved_in_all(standing_scope(advertiser), thread_id, at, by)


def standing_scope(advertiser: str) -> str:
    """The scope in which an advertiser's threads are counted by their state, over all time."""
    return f"{advertiser}/conversations"


def first_answer(waited_ms: int | None, *, automatic: bool) -> Iterable[str]:
    """What is counted of a first answer; nothing of any other."""
    if waited_ms is not None:
        bound = next((bound for bound in BOUNDS if waited_ms <= bound), None)
        yield f"{_prefix(automatic=automatic)}{bound // SECOND if bound else _LONGER}"


def first_answers(counts: Mapping[str, int], *, automatic: bool) -> list[int]:
    """How many first answers there were in each bucket of `BOUNDS`, and past them."""
    prefix = _prefix(automatic=automatic)
    return [counts.get(f"{prefix}{bound // SECOND}", 0) for bound in BOUNDS] + [counts.get(f"{prefix}{_LONGER}", 0)]


def quantile(buckets: list[int], share: float) -> int | None:
    """The time (ms) within which a share of first answers came, read linearly within its bucket; None of nothing.

    Past the last bound that bound is told: it took that long at least.
    """
    total = sum(buckets)
    rank, seen = share * total, 0
    for number, (low, high) in zip(buckets, pairwise((0, *BOUNDS)), strict=False):
        if number and seen + number >= rank:
            return low + round((high - low) * (rank - seen) / number)
        seen += number
    return BOUNDS[-1] if total else None


def within(buckets: list[int], target: int) -> int:
    """How many first answers came within a target (ms), which is one of `BOUNDS`."""
    return sum(buckets[: BOUNDS.index(target) + 1])


def _prefix(*, automatic: bool) -> str:
    return f"first_answer.{'automatic' if automatic else 'agent'}."
