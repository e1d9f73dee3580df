"""What other caps and hours would have done to a week of messages, held against those that are set. Pure.

Each person's messages are replayed three times (messaging/replay.py): as things are set, as they are tried, and as they
are tried but without what other advertisers sent. Where others' sends decide for few people they are not counted, and
no message is shown for which they decide: what is tried must not tell who is written to by whom (P8).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.messaging.past import OUTCOMES, SENT, Fate
from chalicelib.messaging.replay import Asked, Person, replay
from chalicelib.messaging.shares import wilson
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message

FEWEST = 10
"""People for whom others' sends must decide, before they are counted."""
_EXAMPLES_OF_A_KIND = 3
_EXAMPLES = 24
_Rule = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A message: what became of it, what would as things are set, as they are tried, and so without others' sends."""

    message: Message
    asked_at: int
    happened: Fate
    as_set: Fate
    tried: Fate
    alone: Fate


@dataclass(frozen=True, slots=True)
class Theirs:
    """A person's messages that were looked at."""

    replayed: tuple[Replayed, ...]
    weight: float
    """The part of all that was asked for the person: of a sample, what a message stands for."""
    change: int
    """How many more messages the person would have got; fewer where it is below nothing."""
    change_alone: int

    @property
    def by_others(self) -> bool:
        """Whether what others sent decides about one of them."""
        return any(one.tried != one.alone for one in self.replayed)


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of the week was looked at."""

    since: int
    until: int
    messages: int
    """How many the week had; an estimate where not all are looked at."""
    looked_at: int
    complete: bool
    gone: int
    """Of people who are not in the base any more: left out."""


def replayed(
    person: Person,
    as_set: Advertiser,
    tried: Advertiser,
    operator_caps: tuple[CapRule, ...],
    until: int,
    looked_at: Sequence[Asked],
) -> Theirs:
    """A person's messages under both settings. Those that are not among `looked_at` stand around them."""
    now = replay(person, as_set, operator_caps, until)
    then = replay(person, tried, operator_caps, until)
    alone = replay(person.without_others(as_set.id), tried, operator_caps, until)
    return Theirs(
        tuple(
            Replayed(one.message, one.past.asked_at, one.past.fate, now[name], then[name], alone[name])
            for one in looked_at
            for name in (one.message.id,)
        ),
        len(looked_at) / len(person.asked),
        _got(then) - _got(now),
        _got(alone) - _got(now),
    )


def told(
    people: Sequence[Theirs], sample: Sample, as_set: Advertiser, operator_caps: tuple[CapRule, ...], zone: str
) -> dict[str, Any]:
    """The answer of the API. Days are those of the advertiser's `zone`; times are epoch milliseconds."""
    others = sum(theirs.by_others for theirs in people) >= FEWEST
    everything = [_Line(one, one.tried if others else one.alone) for theirs in people for one in theirs.replayed]
    marketing = [line for line in everything if line.replayed.message.message_class == "marketing"]
    rest = [line for line in everything if line.replayed.message.message_class != "marketing"]
    rules = (*as_set.caps, *operator_caps)
    unlike = [line.replayed for line in everything if line.replayed.happened != line.replayed.as_set]
    other_caps = sum(_saw_other_caps(one.message, rules) for one in unlike)
    return {
        "since": sample.since,
        "until": sample.until,
        "messages": sample.messages,
        "looked_at": sample.looked_at,
        "complete": sample.complete,
        "marketing": _sides(marketing),
        "notifications": _sides(rest),
        "estimate": None if sample.complete else _estimate(marketing, sample),
        "by_reason": _by_reason(marketing),
        "by_day": _by_day(marketing, ZoneInfo(zone)),
        "by_journey": _by_journey(marketing),
        "people": _people(people, others=others, scale=1.0 if sample.complete else sample.messages / sample.looked_at),
        "examples": _examples(everything),
        "differences": {
            "other_caps_then": other_caps,
            "otherwise": len(unlike) - other_caps,
            "people_gone": sample.gone,
            "others_counted": others,
        },
    }


@dataclass(frozen=True, slots=True)
class _Line:
    """A message and what is told of it."""

    replayed: Replayed
    tried: Fate

    @property
    def as_set(self) -> Fate:
        return self.replayed.as_set


def _sides(lines: Sequence[_Line]) -> dict[str, Any]:
    return {
        "asked": len(lines),
        "happened": _outcomes(line.replayed.happened for line in lines),
        "as_set": _outcomes(line.as_set for line in lines),
        "tried": _outcomes(line.tried for line in lines),
    }


def _outcomes(fates: Iterable[Fate]) -> dict[str, int]:
    counted = Counter(fate.outcome for fate in fates)
    return {outcome: counted[outcome] for outcome in OUTCOMES}


def _estimate(lines: Sequence[_Line], sample: Sample) -> dict[str, dict[str, Any]]:
    """Of the whole week, with the bounds that hold 95 times of a hundred."""
    return {
        side: {
            outcome: _scaled(sum(fate.outcome == outcome for fate in fates), len(lines), sample) for outcome in OUTCOMES
        }
        for side, fates in (("as_set", [line.as_set for line in lines]), ("tried", [line.tried for line in lines]))
    }


def _scaled(number: int, of: int, sample: Sample) -> dict[str, int]:
    asked = round(sample.messages * of / sample.looked_at)
    low, high = wilson(number, of) if of else (0.0, 1.0)
    return {"value": round(asked * number / of) if of else 0, "low": floor(low * asked), "high": ceil(high * asked)}


def _by_reason(lines: Sequence[_Line]) -> list[dict[str, Any]]:
    as_set = Counter((line.as_set.outcome, line.as_set.reason) for line in lines if line.as_set.reason)
    tried = Counter((line.tried.outcome, line.tried.reason) for line in lines if line.tried.reason)
    return [
        {"outcome": outcome, "reason": reason, "as_set": as_set[outcome, reason], "tried": tried[outcome, reason]}
        for outcome, reason in sorted({*as_set, *tried}, key=lambda one: (OUTCOMES.index(one[0]), one[1] or ""))
    ]


def _by_day(lines: Sequence[_Line], zone: ZoneInfo) -> list[dict[str, Any]]:
    """What was asked for on a day, and what left on it, whenever it was asked for."""

    def day(at: int) -> str:
        return datetime.fromtimestamp(at / SECOND, zone).date().isoformat()

    asked = Counter(day(line.replayed.asked_at) for line in lines)
    as_set = Counter(day(line.as_set.at) for line in lines if line.as_set.outcome in SENT)
    tried = Counter(day(line.tried.at) for line in lines if line.tried.outcome in SENT)
    return [
        {"day": one, "asked": asked[one], "as_set": as_set[one], "tried": tried[one]}
        for one in sorted({*asked, *as_set, *tried})
    ]


def _by_journey(lines: Sequence[_Line]) -> list[dict[str, Any]]:
    found = _grouped(lines, lambda line: (line.replayed.message.journey, line.replayed.message.campaign))
    return [
        {"journey": journey, "campaign": campaign} | _sides(theirs)
        for (journey, campaign), theirs in sorted(found.items(), key=lambda one: (-len(one[1]), str(one[0])))
    ]


def _people(people: Sequence[Theirs], *, others: bool, scale: float) -> dict[str, int]:
    """How many would have got fewer messages, or more; `scale` is what each message of a sample stands for."""
    changes = [(theirs.change if others else theirs.change_alone, theirs.weight) for theirs in people]
    return {
        "all": round(scale * sum(weight for _, weight in changes)),
        "fewer": round(scale * sum(weight for change, weight in changes if change < 0)),
        "more": round(scale * sum(weight for change, weight in changes if change > 0)),
    }


def _examples(lines: Sequence[_Line]) -> list[dict[str, Any]]:
    """A few of each kind of change, none of which tells what others sent."""
    changed = [
        line
        for line in lines
        if line.as_set.outcome != line.tried.outcome and line.replayed.tried == line.replayed.alone
    ]
    kinds = _grouped(changed, lambda line: (line.replayed.message.journey, line.as_set.outcome, line.tried.outcome))
    chosen = [
        line for _, kind in sorted(kinds.items(), key=lambda one: str(one[0])) for line in kind[:_EXAMPLES_OF_A_KIND]
    ]
    return [
        {
            "message": line.replayed.message.id,
            "journey": line.replayed.message.journey,
            "asked_at": line.replayed.asked_at,
            "as_set": _fate(line.as_set),
            "tried": _fate(line.tried),
        }
        for line in chosen[:_EXAMPLES]
    ]


def _fate(fate: Fate) -> dict[str, Any]:
    return {"outcome": fate.outcome, "at": fate.at, "reason": fate.reason}


def _saw_other_caps(message: Message, rules: Iterable[CapRule]) -> bool:
    """Whether other caps held when it was decided: those that the decision saw are kept with it."""
    seen = {_rule(reading) for reading in message.decision.get("pressure", ()) if reading["level"] != "wish"}
    return seen != {_rule(_as_read(rule)) for rule in rules if _holds_for(rule, message)}


def _as_read(rule: CapRule) -> Mapping[str, Any]:
    return {name: getattr(rule, name) for name in CapRule.__slots__}


def _rule(told: Mapping[str, Any]) -> _Rule:
    named = tuple(told.get(name) for name in ("limit", "window_ms", "level", "counts", "campaign"))
    return (*named, tuple(told["classes"]))


def _holds_for(rule: CapRule, message: Message) -> bool:
    return message.message_class in rule.classes and rule.campaign in (None, message.series)


def _got(fates: Mapping[str, Fate]) -> int:
    return sum(fate.outcome in SENT for fate in fates.values())


def _grouped(lines: Iterable[_Line], key: Callable[[_Line], Hashable]) -> dict[Any, list[_Line]]:
    found: defaultdict[Any, list[_Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found
