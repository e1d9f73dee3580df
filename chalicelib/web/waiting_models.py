"""How long people waited for a first answer, in the admin API."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.storage.conversation_counts import first_answers, quantile, within
from chalicelib.units import Count, Moment, Rate, Seconds


class FirstAnswers(TypedDict):
    """How long people waited for a first answer."""

    answers: Count
    median_s: Seconds | None
    p90_s: Seconds | None
    within_target: Count
    share_within_target: Rate | None


class AnsweredBy(TypedDict):
    """First answers by agents, and by rule."""

    by_agents: FirstAnswers
    automatically: FirstAnswers


class Waiting(TypedDict):
    """How many conversations stand where, and how long people waited."""

    target_s: Seconds
    waiting: Count
    open: Count
    answered: AnsweredBy
    turned: dict[str, Count]
    """How many came into a state."""


class WaitingTold(Waiting):
    """The same, of some hours."""

    since: Moment
    until: Moment


def statistics_answer(counts: dict[str, int], standing: dict[str, int], target_ms: int) -> Waiting:
    """How long people waited, by agents' answers and by automatic ones, and how many conversations stand where."""
    return {
        "target_s": target_ms // SECOND,
        "waiting": standing.get("waiting", 0),
        "open": standing.get("open", 0),
        "answered": {
            "by_agents": _times(first_answers(counts, automatic=False), target_ms),
            "automatically": _times(first_answers(counts, automatic=True), target_ms),
        },
        "turned": {
            name.partition(".")[2]: number for name, number in counts.items() if name.startswith("conversation.")
        },
    }


def _times(buckets: list[int], target_ms: int) -> FirstAnswers:
    median, slow = quantile(buckets, 0.5), quantile(buckets, 0.9)
    total = sum(buckets)
    return {
        "answers": total,
        "median_s": median // SECOND if median is not None else None,
        "p90_s": slow // SECOND if slow is not None else None,
        "within_target": within(buckets, target_ms),
        "share_within_target": round(within(buckets, target_ms) / total, 4) if total else None,
    }
