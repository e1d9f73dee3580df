"""Bodies of surveys, votes and contests in the admin API. Times in epoch milliseconds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.storage.surveys import Survey, SurveyKind, SurveyQuestion, TextKind
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
