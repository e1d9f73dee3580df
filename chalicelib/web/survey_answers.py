"""Answers about surveys, votes and contests in the admin API."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib.reports import intervals
from chalicelib.reports.surveys import QuestionFigures, SurveyFigures
from chalicelib.storage.surveys import Draw, Survey, SurveyKind, SurveyQuestion, TextKind
from chalicelib.units import Count, Digest, Moment


class ChoiceTold(TypedDict):
    """What can be answered: by its code, its label, or its place."""

    code: str
    label: str


class QuestionTold(TypedDict):
    """A question that an SMS asks."""

    id: str
    text: str
    kind: Literal["choice", "score", "text"]
    choices: list[ChoiceTold]
    low: NotRequired[int]
    """Of a score."""
    high: NotRequired[int]
    correct: str | None
    """Of a contest: only those take part who answer so."""


class SurveyTold(TypedDict):
    """A survey as it stands."""

    survey: str
    state: Literal["planned", "open", "closed"]
    name: str
    kind: SurveyKind
    language: str
    created_at: Moment
    opens_at: Moment
    closes_at: Moment | None
    counts: Literal["last", "first"]
    """Which of a person's answers counts."""
    texts: dict[TextKind, dict[str, str]]
    """What is answered, by kind and language."""
    winners: Count
    questions: list[QuestionTold]
    seed_sha256: Digest | None
    """Of a contest's seed only the fingerprint, until it is drawn."""


class Bounded(TypedDict):
    """A figure with the bounds that it lies in 95 times of a hundred."""

    value: float
    low: float
    high: float


class NetPromoter(Bounded):
    """A net promoter score, from −100 to 100."""

    promoters: Count
    passives: Count
    detractors: Count


class BarTold(TypedDict):
    """One of a question's answers."""

    answer: str
    """A code, or a score."""
    label: str
    number: Count
    share: Bounded | None
    """Of those who have answered the question, from 0 to 1."""


class QuestionFiguresTold(TypedDict):
    """What was answered to a question."""

    id: str
    text: str
    answers: Count
    mean: float | None
    bars: list[BarTold]
    """None for a free text."""


class SurveyFiguresTold(TypedDict):
    """What came of a survey up to now."""

    survey: str
    asked: Count
    """SMS that have asked it."""
    people: Count
    """Who has answered anything."""
    retried: Count
    late: Count
    """Answers that came after the end."""
    nps: NetPromoter | None
    csat: Bounded | None
    """The share of those who are content, from 0 to 1."""
    questions: list[QuestionFiguresTold]


class DrawTold(TypedDict):
    """A draw on record, with all that it takes to draw the same again."""

    draw: Count
    survey: str
    at: Moment
    seed: str
    winners: list[str]
    """Pseudonyms, as in the survey's table of answers."""
    entrants: Count
    digest: Digest
    """Fingerprint of all who took part."""
    reason: str
    """Why it was drawn again; empty for the first."""
    by: str
    """The id of the key."""


def survey_answer(survey: Survey, now: int) -> SurveyTold:
    """A survey as it stands. Of a contest's seed only the fingerprint, until it is drawn."""
    return {
        "survey": survey.id,
        "state": "open" if survey.is_open(now) else "closed" if survey.is_closed(now) else "planned",
        "name": survey.name,
        "kind": survey.kind,
        "language": survey.language,
        "created_at": survey.created_at,
        "opens_at": survey.opens_at,
        "closes_at": survey.closes_at,
        "counts": survey.counts,
        "texts": {kind: dict(texts) for kind, texts in survey.texts.items()},
        "winners": survey.winners,
        "questions": [_question(question) for question in survey.questions],
        "seed_sha256": survey.commitment,
    }


def statistics_answer(survey: Survey, figures: SurveyFigures) -> SurveyFiguresTold:
    """What came of it. Shares from 0 to 1, an NPS from −100 to 100; each with the bounds of 95 %."""
    nps = figures.nps
    return {
        "survey": survey.id,
        "asked": figures.asked,
        "people": figures.people,
        "retried": figures.retried,
        "late": figures.late,
        "nps": {
            **_interval(nps.score),
            "promoters": nps.promoters,
            "passives": nps.passives,
            "detractors": nps.detractors,
        }
        if nps
        else None,
        "csat": _interval(figures.csat) if figures.csat else None,
        "questions": [_figures(one) for one in figures.questions],
    }


def draw_answer(draw: Draw) -> DrawTold:
    """A draw on record, with all that it takes to draw the same again."""
    return {
        "draw": draw.number,
        "survey": draw.survey,
        "at": draw.at,
        "seed": draw.seed,
        "winners": list(draw.winners),
        "entrants": draw.entrants,
        "digest": draw.digest,
        "reason": draw.reason,
        "by": draw.by,
    }


def _question(question: SurveyQuestion) -> QuestionTold:
    told: QuestionTold = {
        "id": question.id,
        "text": question.text,
        "kind": question.kind,
        "choices": [{"code": code, "label": label} for code, label in question.choices],
        "correct": question.correct,
    }
    return {**told, "low": question.low, "high": question.high} if question.kind == "score" else told


def _figures(figures: QuestionFigures) -> QuestionFiguresTold:
    return {
        "id": figures.question.id,
        "text": figures.question.text,
        "answers": figures.answers,
        "mean": figures.mean,
        "bars": [
            {
                "answer": bar.answer,
                "label": bar.label,
                "number": bar.number,
                "share": _interval(bar.share) if bar.share else None,
            }
            for bar in figures.bars
        ],
    }


def _interval(interval: intervals.Interval) -> Bounded:
    return {"value": round(interval.value, 4), "low": round(interval.low, 4), "high": round(interval.high, 4)}
