"""Bodies and answers of surveys, votes and contests in the admin API. Times in epoch milliseconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from chalicelib.reports.intervals import Interval
from chalicelib.reports.surveys import QuestionFigures, SurveyFigures
from chalicelib.storage.surveys import Draw, Survey, SurveyKind, SurveyQuestion, TextKind
from chalicelib.web.body import Body, Name, example
from chalicelib.web.link_models import Moment, Target

_Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,10}$")]
_Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class NewChoice(Body):
    """What can be answered: by its code, its label, or its place."""

    code: _Code
    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""


class NewQuestion(Body):
    """A question that an SMS asks."""

    text: _Said
    kind: Literal["choice", "score", "text"] = "choice"
    choices: Annotated[list[NewChoice], Field(max_length=20)] = Field(default_factory=list)
    low: Annotated[int, Field(ge=0, le=100)] = 0
    high: Annotated[int, Field(ge=1, le=100)] = 10
    correct: _Code | None = None
    """Of a contest: only those take part who answer so."""


class NewSurvey(Body):
    """A survey, vote or contest."""

    model_config = example(
        {
            "name": "Lot",
            "kind": "contest",
            "winners": 1,
            "closes_at": 1_893_456_000_000,
            "questions": [{"text": "Quelle couleur ?", "kind": "text"}],
        }
    )

    name: Name
    kind: SurveyKind = "survey"
    questions: Annotated[list[NewQuestion], Field(min_length=1, max_length=10)]
    language: _Language = "fr"
    opens_at: Moment | None = None
    """From when answers count; None: from now on."""
    closes_at: Moment | None = None
    counts: Literal["last", "first"] = "last"
    texts: dict[TextKind, dict[_Language, _Said]] = Field(default_factory=dict)
    """What is answered, by kind and language; `{answers}` stands for what can be answered."""
    winners: Annotated[int, Field(ge=0, le=1_000)] = 0


class NewDraw(Body):
    """A draw; with a reason another one, among those who have not won."""

    model_config = example({})

    reason: _Reason | None = None


class TellWinners(Body):
    """How a draw's winners are written to."""

    model_config = example({"template": "won"})

    template: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    link: Target | None = None


def survey_from(body: NewSurvey, advertiser: str, survey_id: str, now: int) -> Survey:
    """What a body asks for."""
    questions = tuple(
        SurveyQuestion(
            f"q{place}",
            one.text,
            one.kind,
            tuple((choice.code, choice.label) for choice in one.choices),
            one.low,
            one.high,
            one.correct,
        )
        for place, one in enumerate(body.questions, 1)
    )
    return Survey(
        id=survey_id,
        advertiser=advertiser,
        name=body.name,
        kind=body.kind,
        questions=questions,
        language=body.language,
        created_at=now,
        opens_at=now if body.opens_at is None else body.opens_at,
        closes_at=body.closes_at,
        counts=body.counts,
        texts=dict(body.texts),
        winners=body.winners,
    )


def survey_answer(survey: Survey, now: int) -> dict[str, Any]:
    """A survey as it stands. Of a contest's seed only the fingerprint, until it is drawn."""
    told = asdict(survey)
    kept = ("name", "kind", "language", "created_at", "opens_at", "closes_at", "counts", "texts", "winners")
    state = "open" if survey.is_open(now) else "closed" if survey.is_closed(now) else "planned"
    return {
        "survey": survey.id,
        "state": state,
        **{name: told[name] for name in kept},
        "questions": [_question(question) for question in survey.questions],
        "seed_sha256": survey.commitment,
    }


def statistics_answer(survey: Survey, figures: SurveyFigures) -> dict[str, Any]:
    """What came of it. Shares from 0 to 1, an NPS from −100 to 100; each with the bounds of 95 %."""
    return {
        "survey": survey.id,
        "asked": figures.asked,
        "people": figures.people,
        "retried": figures.retried,
        "late": figures.late,
        "nps": _interval(figures.nps.score)
        | {"promoters": figures.nps.promoters, "passives": figures.nps.passives, "detractors": figures.nps.detractors}
        if figures.nps
        else None,
        "csat": _interval(figures.csat) if figures.csat else None,
        "questions": [_figures(one) for one in figures.questions],
    }


def draw_answer(draw: Draw) -> dict[str, Any]:
    """A draw on record, with all that it takes to draw the same again."""
    told = asdict(draw)
    return {"draw": told.pop("number")} | told | {"winners": list(draw.winners)}


def _question(question: SurveyQuestion) -> dict[str, Any]:
    told = asdict(question)
    choices = [{"code": code, "label": label} for code, label in question.choices]
    told |= {"choices": choices}
    return told if question.kind == "score" else {name: told[name] for name in told if name not in ("low", "high")}


def _figures(figures: QuestionFigures) -> dict[str, Any]:
    return {
        "id": figures.question.id,
        "text": figures.question.text,
        "answers": figures.answers,
        "mean": figures.mean,
        "bars": [
            {"answer": bar.answer, "label": bar.label, "number": bar.number}
            | {"share": _interval(bar.share) if bar.share else None}
            for bar in figures.bars
        ],
    }


def _interval(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(interval).items()}
