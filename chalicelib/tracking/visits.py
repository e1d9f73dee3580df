"""A visit is a browser's day on a site; what it came to is the furthest that any event of the day has come. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.storage.visitors import Visit

ENROLLED, IN_JOURNEY, NOT_ENROLLED = "enrolled", "in_journey", "not_enrolled."
"""What an event led to in a journey: its person began it, was in it, or could not begin it."""
_ANONYMOUS, _NOTHING = "unmatched.anonymous", "matched.nothing_begun"
_SAY_LITTLE = frozenset({_ANONYMOUS, _NOTHING})
_ORDER = ("unmatched", "matched", ENROLLED)


def came_to(*, matched: bool, doubt: str | None, journeys: Collection[str]) -> str:
    """What an event came to: `enrolled`, `matched.<why no journey began>` or `unmatched.<why>`.

    `doubt` is why whoever was named is not known, `journeys` what it led to in each journey.
    """
    if not matched:
        return f"unmatched.{doubt}" if doubt else _ANONYMOUS
    if ENROLLED in journeys:
        return ENROLLED
    refused = sorted(name.removeprefix(NOT_ENROLLED) for name in journeys if name.startswith(NOT_ENROLLED))
    if refused:
        return f"matched.{refused[0]}"
    return f"matched.{IN_JOURNEY}" if IN_JOURNEY in journeys else _NOTHING


def visit_after(before: Visit | None, at: int, zone: str, outcome: str) -> Visit | None:
    """The visit that an event accepted at `at` belongs to, as it stands after it; None for an event of a day before.

    A day begins at midnight in `zone`.
    """
    day = datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone)).date().isoformat()
    if before is None or before.day < day:
        return Visit(day, at, outcome)
    if before.day > day:
        return None
    return replace(before, outcome=_further(before.outcome, outcome))


def figures(visit: Visit | None) -> dict[str, int]:
    """What a visit counts for."""
    return {"visits": 1, visit.outcome: 1} if visit else {}


def _further(before: str, now: str) -> str:
    reached, reaches = (_ORDER.index(outcome.partition(".")[0]) for outcome in (before, now))
    if reached != reaches:
        return before if reached > reaches else now
    return before if now in _SAY_LITTLE else now
