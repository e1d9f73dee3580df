"""The funnel: how many came to each stage, and of those who did not, how many for which reason. Pure.

A visit is a browser's day on a site; a journey is one that a person began; an SMS is one that was made. Each is counted
in the hour in which it began (storage/cohorts.py), with whatever became of it since. So every stage adds up: what came
to the stage before is what came to this one, what fell and why, and what is still on its way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.reports.intervals import Interval, share
from chalicelib.storage.cohorts import Counted, Kind
from chalicelib.storage.messages import MessageClass

StageName = Literal[
    "visits", "matched", "enrolled", "begun", "written_to", "made", "sent", "delivered", "clicked", "converted"
]


@dataclass(frozen=True, slots=True)
class Fall:
    """Those that went no further, for one reason."""

    what: str
    """What became of them: `refused`, `failed`, …"""
    reason: str
    number: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: `of + beyond = number + falls + waiting`."""

    name: StageName
    unit: Kind
    number: int
    of: int | None = None
    """How many came to the stage before; None for the first of its unit."""
    falls: tuple[Fall, ...] = ()
    """The most frequent first."""
    waiting: int = 0
    """Those of which it is not settled yet."""
    beyond: int = 0
    """Those that came here though the stage before does not know of them: a click where no report told of delivery."""

    @property
    def rate(self) -> Interval | None:
        """The share of the stage before, with its bounds."""
        return share(min(self.number, self.of), self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Of:
    """Which part of the counts is meant. None means all; visits are of no campaign."""

    message_class: MessageClass | None = None
    campaign: str | None = None
    """A journey's id, a broadcast's, or what a back end called it."""
    site: str | None = None

    def holds(self, counted: Counted) -> bool:
        """Whether some counts are meant."""
        match counted.kind:
            case "visit":
                return self.campaign is None and self.site in (None, counted.labels[0])
            case "journey":
                return self.campaign in (None, counted.labels[0])
            case "sms":
                message_class, led, campaign = counted.labels
                return self.message_class in (None, message_class) and self.campaign in (None, campaign or led)
        return False


def summed(counted: Iterable[Counted], of: Of) -> dict[Kind, Counter[str]]:
    """The sums of each kind."""
    totals: dict[Kind, Counter[str]] = {"visit": Counter(), "journey": Counter(), "sms": Counter()}
    for one in counted:
        if one.kind in totals and of.holds(one):
            totals[one.kind].update(one.counts)
    return totals


def stages(totals: Mapping[Kind, Mapping[str, int]], *, visits: bool = True) -> list[Stage]:
    """The stages in their order. Without `visits` for what is of one campaign only."""
    seen, begun, sms = totals["visit"], totals["journey"], totals["sms"]
    found = [*_visits(seen)] if visits else []
    found.append(Stage("begun", "journey", begun.get("begun", 0)))
    found.append(_settled("written_to", "journey", found[-1], begun.get("written_to", 0), _falls(begun, "nothing")))
    found.append(Stage("made", "sms", sms.get("made", 0)))
    dropped = _falls(sms, "refused", "cancelled", "expired", "not_taken")
    found.append(_settled("sent", "sms", found[-1], sms.get("sent", 0), dropped))
    found.append(_settled("delivered", "sms", found[-1], sms.get("delivered", 0), _falls(sms, "failed")))
    found.append(_rest("clicked", found[-1], sms.get("clicked", 0), "not_clicked"))
    found.append(_rest("converted", found[-1], sms.get("converted", 0), "not_bought"))
    return found


def deferrals(sms: Mapping[str, int]) -> tuple[Fall, ...]:
    """How often an SMS had to wait, and why; one may wait more than once, and is sent all the same."""
    return _falls(sms, "deferred")


def told(stage: Stage, words: Callable[[str], Mapping[str, str]]) -> dict[str, Any]:
    """A stage for the API; `words` says a reason in plain words, by language."""
    return {
        "stage": stage.name,
        "unit": stage.unit,
        "number": stage.number,
        "of": stage.of,
        "rate": interval_told(stage.rate),
        "waiting": stage.waiting,
        "beyond": stage.beyond,
        "falls": [fall_told(fall, words) for fall in stage.falls],
    }


def fall_told(fall: Fall, words: Callable[[str], Mapping[str, str]]) -> dict[str, Any]:
    """A fall for the API."""
    return {"what": fall.what, "reason": fall.reason, "number": fall.number, "words": words(fall.reason)}


def interval_told(found: Interval | None) -> dict[str, float] | None:
    """A share with its bounds, as fractions of 1 with six decimals."""
    if found is None:
        return None
    return {name: round(getattr(found, name), 6) for name in ("value", "low", "high")}


def _visits(seen: Mapping[str, int]) -> list[Stage]:
    unmatched, idle = _falls(seen, "unmatched"), _falls(seen, "matched")
    number, enrolled = seen.get("visits", 0), seen.get("enrolled", 0)
    matched = enrolled + sum(fall.number for fall in idle)
    first = Stage("visits", "visit", number)
    return [
        first,
        _settled("matched", "visit", first, matched, unmatched),
        Stage("enrolled", "visit", enrolled, matched, idle),
    ]


def _settled(name: StageName, unit: Kind, before: Stage, number: int, falls: tuple[Fall, ...]) -> Stage:
    """What has neither come nor fallen is on its way."""
    rest = before.number - number - sum(fall.number for fall in falls)
    return Stage(name, unit, number, before.number, falls, max(0, rest), max(0, -rest))


def _rest(name: StageName, before: Stage, number: int, otherwise: str) -> Stage:
    """What has not come has fallen: nothing tells more of it."""
    rest = before.number - number
    falls = (Fall(otherwise, otherwise, rest),) if rest > 0 else ()
    return Stage(name, "sms", number, before.number, falls, 0, max(0, -rest))


def _falls(counts: Mapping[str, int], *whats: str) -> tuple[Fall, ...]:
    found = [
        Fall(what, name.removeprefix(f"{what}."), number)
        for what in whats
        for name, number in counts.items()
        if name.startswith(f"{what}.") and number
    ]
    return tuple(sorted(found, key=lambda fall: (-fall.number, fall.what, fall.reason)))
