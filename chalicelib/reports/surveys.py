"""What came of a survey: counts that have moved with each answer, and what is computed from them. Pure.

- NPS: percentage of promoters (9 and 10) less that of detractors (0 to 6), from −100 to 100; 7 and 8 are passive.
  F. Reichheld, The One Number You Need to Grow, Harvard Business Review, December 2003. Its interval is the adjusted
  Wald's with three more people, spread 3/4, 3/2, 3/4 (B. Rocks, Interval Estimation for the "Net Promoter Score", The
  American Statistician 70, 2016: the best of those compared for small and large samples, arXiv:1601.07235).
- CSAT: the share of those who gave 4 or 5 of 1 to 5 ("top two box"), with Wilson's interval.
- a choice: the share of each, with Wilson's interval; a score: the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from chalicelib.messaging.shares import Z_95
from chalicelib.reports.intervals import Interval, share
from chalicelib.storage.surveys import Survey, SurveyQuestion

_MORE = 0.75
_PROMOTERS, _DETRACTORS, _CONTENT = 9, 6, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One of a question's answers."""

    answer: str
    """A code, or a score."""
    label: str
    number: int
    share: Interval | None
    """Of those who have answered the question; None of nobody."""


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """What was answered to a question."""

    question: SurveyQuestion
    answers: int
    bars: tuple[Bar, ...]
    """In the question's order; none for a free text."""
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """A net promoter score, in points."""

    score: Interval
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class SurveyFigures:
    """All that is told of a survey."""

    asked: int
    """SMS that have asked it."""
    people: int
    """Who has answered anything."""
    retried: int
    late: int
    """Answers that came after the end."""
    questions: tuple[QuestionFigures, ...]
    nps: Net | None = None
    csat: Interval | None = None
    """A share, from 0 to 1."""


def figures_of(survey: Survey, counts: Mapping[str, int]) -> SurveyFigures:
    """What the counts of its entries say (storage/survey_entries.py)."""
    first = {score: counts.get(f"q1.{score}", 0) for score in range(11)}
    return SurveyFigures(
        asked=counts.get("asked", 0),
        people=counts.get("people", 0),
        retried=counts.get("retried", 0),
        late=counts.get("late", 0),
        questions=tuple(_figures(question, counts) for question in survey.questions),
        nps=net_promoter(first) if survey.kind == "nps" else None,
        csat=satisfaction(first) if survey.kind == "csat" else None,
    )


def net_promoter(scores: Mapping[int, int]) -> Net | None:
    """The score of so many people for each of 0 to 10; None of nobody."""
    promoters = sum(number for score, number in scores.items() if score >= _PROMOTERS)
    detractors = sum(number for score, number in scores.items() if score <= _DETRACTORS)
    people = sum(scores.values())
    if not people:
        return None
    for_it, against = (promoters + _MORE) / (people + 4 * _MORE), (detractors + _MORE) / (people + 4 * _MORE)
    spread = Z_95 * sqrt((for_it + against - (for_it - against) ** 2) / (people + 4 * _MORE))
    seen, middle = (promoters - detractors) / people, for_it - against
    # Where all think the same the adjusted middle lies so far off that what was seen would stand outside.
    within = Interval(seen, max(-1.0, min(seen, middle - spread)), min(1.0, max(seen, middle + spread)))
    return Net(within.times(100), promoters, people - promoters - detractors, detractors)


def satisfaction(scores: Mapping[int, int]) -> Interval | None:
    """The share of 4 and 5 among so many people for each of 1 to 5; None of nobody."""
    return share(sum(number for score, number in scores.items() if score >= _CONTENT), sum(scores.values()))


def _figures(question: SurveyQuestion, counts: Mapping[str, int]) -> QuestionFigures:
    answers = counts.get(question.id, 0)
    if question.kind == "choice":
        named = list(question.choices)
    elif question.kind == "score":
        named = [(str(score), "") for score in range(question.low, question.high + 1)]
    else:
        return QuestionFigures(question, answers, ())
    bars = []
    for answer, label in named:
        number = counts.get(f"{question.id}.{answer}", 0)
        bars.append(Bar(answer, label, number, share(number, answers)))
    total = sum(int(bar.answer) * bar.number for bar in bars) if question.kind == "score" else 0
    mean = total / answers if question.kind == "score" and answers else None
    return QuestionFigures(question, answers, tuple(bars), mean)
