"""Whether counts are true: what the counters say, held against the daybook and against the records themselves. Pure.

Cells are compared, a name in an hour: a count that is one too high in one hour and one too low in the next is found.
While it is looked, messages go on moving. A cell is judged only where its counter said the same before and after
everything else was read; any other is looked at once more, and is told to be moving where it never came to rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import HOUR
from chalicelib.reports import recount_cohorts
from chalicelib.storage import cohorts
from chalicelib.storage.messages import Message

Cell = tuple[str, str, int]
"""Scope, name, and the hour's beginning (epoch ms)."""
Cells = Mapping[Cell, int]
Stage = Literal["visits", "journeys", "messages", "clicks", "conversions", "replies", "oppositions", "other"]

_STAGES: Mapping[str, Stage] = {
    **dict.fromkeys(("event", "item", "drop", "matched", "unmatched", "click_refused", "purchase", "refund"), "visits"),
    **dict.fromkeys(("message", "receipt", "broadcast", "ask"), "messages"),
    **dict.fromkeys(("conversion", "revenue", "refunded"), "conversions"),
    **dict.fromkeys(("reply", "stop", "conversation", "first_answer", "answer", "held", "hold"), "replies"),
    "journey": "journeys",
    "click": "clicks",
    **dict.fromkeys(("visits", "enrolled"), "visits"),
    **dict.fromkeys(("begun", "written_to", "nothing"), "journeys"),
    **dict.fromkeys(("made", "sent", "parts", "cost", "no_price", "delivered", "deferred"), "messages"),
    **dict.fromkeys(("failed", "refused", "cancelled", "expired", "not_taken"), "messages"),
    "clicked": "clicks",
    "converted": "conversions",
    "replied": "replies",
    "opposed": "oppositions",
    "narrowed": "oppositions",
}
_OF_RECORDS = ("message.sent", "message.delivered", "click.person", "click.preview", "click.bot")
_OF_RECORDS_BEGIN = (
    *("message.failed", "message.unknown", "message.deferred", "message.refused", "message.cancelled"),
    *("message.expired", "conversion.", "revenue.", "refunded."),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read once, one after the other."""

    before: Cells
    noted: Cells
    records: Cells
    """Of messages, clicks and purchases; in the advertiser's own scope and its funnel's alone."""
    after: Cells


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that does not agree."""

    scope: str
    name: str
    hour: int
    counted: int
    noted: int | None
    """By the daybook; None where it does not reach."""
    recounted: int | None
    """From the records; None where none tells it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A name over the whole span."""

    stage: Stage
    scope: str
    name: str
    counted: int
    noted: int | None
    recounted: int | None
    moving: int
    """Hours that did not come to rest."""
    difference: int
    """What the hours that do not agree add up to, each without its sign."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to."""

    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]
    moving: frozenset[Cell]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare(reading: Reading, own: str, noted_from: int) -> Verdict:
    """Hold a reading's counters against its other two. `own` is the scope that records tell of.

    The daybook reaches back to `noted_from` (epoch ms): hours before it are held against the records alone.
    """
    cells = {*reading.before, *reading.after, *reading.noted, *reading.records}
    differences, moving = [], set()
    lines: dict[tuple[str, str], Counter[str]] = {}
    told: dict[tuple[str, str], set[str]] = {}
    for cell in sorted(cells):
        scope, name, hour = cell
        counted = reading.after.get(cell, 0)
        noted = reading.noted.get(cell, 0) if hour >= noted_from else None
        recounted = reading.records.get(cell, 0) if is_recounted(scope, name, own) else None
        known = {"noted": noted, "recounted": recounted}
        tally, reach = lines.setdefault((scope, name), Counter()), told.setdefault((scope, name), set())
        tally.update({"counted": counted} | {source: number or 0 for source, number in known.items()})
        reach.update(source for source, number in known.items() if number is not None)
        if reading.before.get(cell, 0) != counted:
            moving.add(cell)
            tally["moving"] += 1
        elif wrong := max((abs(number - counted) for number in known.values() if number is not None), default=0):
            differences.append(Difference(scope, name, hour, counted, noted, recounted))
            tally["difference"] += wrong
    summed = tuple(
        Line(
            stage_of(name),
            scope,
            name,
            tally["counted"],
            tally["noted"] if "noted" in told[scope, name] else None,
            tally["recounted"] if "recounted" in told[scope, name] else None,
            tally["moving"],
            tally["difference"],
        )
        for (scope, name), tally in lines.items()
    )
    return Verdict(summed, tuple(differences), frozenset(moving))


def stage_of(name: str) -> Stage:
    """The stage that a count belongs to; a breakdown's belongs where its last word does."""
    bare = name.rpartition(',"')[2].rstrip('"]') if name.startswith("[") else name
    return _STAGES.get(bare.partition(".")[0], "other")


def is_recounted(scope: str, name: str, own: str) -> bool:
    """Whether lasting records tell a count: of an advertiser's own scope, or of its funnel."""
    if scope == cohorts.scope_of(own):
        return recount_cohorts.has_record(name)
    return scope == own and has_record(name)


def has_record(name: str) -> bool:
    """Whether lasting records tell a count, so that it can be made anew from them."""
    return name in _OF_RECORDS or name.startswith(_OF_RECORDS_BEGIN)


def of_message(message: Message) -> Counter[tuple[str, int]]:
    """What one message is counted under: each step of its history, but for a failure that a delivery disproved.

    That it was sent is counted by whoever says so first, which may be a report of something later.
    """
    found: Counter[tuple[str, int]] = Counter()
    if message.sent_at:
        found["message.sent", message.sent_at - message.sent_at % HOUR] = 1
    arrived = any(step.state == "delivered" for step in message.history)
    failures = [step for step in message.history if step.state == "failed"]
    for step in message.history:
        name = f"message.{step.state}" + (f".{step.reason}" if step.reason else "")
        taken_back = arrived and bool(failures) and step is failures[-1]
        if has_record(name) and step.state != "sent" and not taken_back:
            found[name, step.at - step.at % HOUR] += 1
    return found


def in_scope(scope: str, told: Iterable[Counter[tuple[str, int]]], since: int, until: int) -> dict[Cell, int]:
    """The cells of a scope that records add up to, in the hours from `since` to before `until`."""
    total: Counter[tuple[str, int]] = Counter()
    for one in told:
        total.update(one)
    return {(scope, name, hour): number for (name, hour), number in total.items() if since <= hour < until and number}
