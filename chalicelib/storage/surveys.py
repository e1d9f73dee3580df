"""Surveys, votes and contests as advertisers define them, and the draws of contests.

A survey's questions stay as they were first asked: an answer is counted under its question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table

SurveyKind = Literal["survey", "vote", "contest", "nps", "csat"]
TextKind = Literal["retry", "thanks", "closed"]


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question. Its id is its place, such as `q1`."""

    id: str
    text: str
    kind: Literal["choice", "score", "text"]
    choices: tuple[tuple[str, str], ...] = ()
    """Code and label of each."""
    low: int = 0
    high: int = 10
    correct: str | None = None
    """The code of the right answer, where only those take part in the draw who gave it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is asked, of whom it takes an answer, and until when. Moments in epoch ms."""

    id: str
    advertiser: str
    name: str
    kind: SurveyKind
    questions: tuple[SurveyQuestion, ...]
    language: str
    created_at: int
    opens_at: int
    closes_at: int | None = None
    counts: Literal["last", "first"] = "last"
    """Which answer of a person counts."""
    texts: Mapping[TextKind, Mapping[str, str]] = field(default_factory=dict)
    """What is answered, by kind and language, where it is not the usual."""
    winners: int = 0
    """How many a draw names."""
    seed: bytes | None = None
    """Of a contest's draws, sealed until the first."""
    commitment: str | None = None
    """SHA-256 (hex) of the seed, told from the beginning."""
    version: int = 1

    def question(self, question_id: str) -> SurveyQuestion | None:
        """One of its questions, or None."""
        return next((one for one in self.questions if one.id == question_id), None)

    def is_open(self, at: int) -> bool:
        """Whether an answer that was written at `at` counts."""
        return self.opens_at <= at and not self.is_closed(at)

    def is_closed(self, at: int) -> bool:
        """Whether it had ended by `at`."""
        return self.closes_at is not None and at >= self.closes_at


@dataclass(frozen=True, slots=True)
class Draw:
    """What a contest's draw named, and all that is needed to draw the same again."""

    survey: str
    number: int
    at: int
    seed: str
    winners: tuple[str, ...]
    """Entries, the first drawn first."""
    entrants: int
    digest: str
    """SHA-256 (hex) over the entrants' ids in their order, each with a line's end."""
    reason: str = ""
    """Why there is another one; none for the first."""
    by: str = ""


class Surveys:
    """Definitions and draws. What a container has read of a definition it goes on believing for some seconds."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def get(self, advertiser: str, survey_id: str) -> Survey | None:
        """One survey as it stands, or None."""
        item = self._table.get(keys.survey(advertiser, survey_id))
        return _survey(item) if item else None

    def known(self, advertiser: str, survey_id: str) -> Survey | None:
        """The same for who asks at each SMS: as old as other settings may be."""
        item = self._kept.get(keys.survey(advertiser, survey_id), absent=False)
        return _survey(item) if item else None

    def all_of(self, advertiser: str) -> list[Survey]:
        """An advertiser's surveys, the oldest first."""
        return [_survey(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.SURVEY_PREFIX)]

    def create(self, survey: Survey) -> None:
        """Store a new survey."""
        self._table.put(Put(keys.survey(survey.advertiser, survey.id), _item(survey), "attribute_not_exists(pk)"))

    def replace(self, survey: Survey) -> bool:
        """Change a survey as it was read. False where somebody else has changed it meanwhile."""
        key = keys.survey(survey.advertiser, survey.id)
        item = _item(survey) | {"version": survey.version + 1}
        try:
            self._table.put(Put(key, item, "#version = :known", {"known": survey.version}))
        except ConditionFailed:
            return False
        self._kept.forget(key)
        return True

    def delete(self, survey: Survey) -> None:
        """Remove a survey that nobody was asked."""
        key = keys.survey(survey.advertiser, survey.id)
        self._table.delete(Delete(key))
        self._kept.forget(key)

    def draws(self, survey_id: str) -> list[Draw]:
        """A contest's draws, the first first."""
        return [_draw(item) for item in self._table.query(keys.draws(survey_id))]

    def record(self, draw: Draw) -> bool:
        """Put a draw on record for good. False where there is one of its number."""
        item: Item = {"type": "draw", "v": 1} | asdict(draw)
        try:
            self._table.put(Put(keys.draw(draw.survey, draw.number), item, "attribute_not_exists(pk)"))
        except ConditionFailed:
            return False
        return True


def seed_context(survey_id: str) -> str:
    """Where a contest's seed is sealed for."""
    return f"survey-seed/{survey_id}"


def _item(survey: Survey) -> Item:
    return {"type": "survey", "v": 1} | asdict(survey)


def _survey(item: Item) -> Survey:
    known: dict[str, Any] = {name: item[name] for name in Survey.__slots__ if name in item}
    return Survey(**known | {"questions": tuple(_question(one) for one in item["questions"])})


def _question(stored: Mapping[str, Any]) -> SurveyQuestion:
    return SurveyQuestion(**dict(stored) | {"choices": tuple((code, label) for code, label in stored["choices"])})


def _draw(item: Item) -> Draw:
    known: dict[str, Any] = {name: item[name] for name in Draw.__slots__ if name in item}
    return Draw(**known | {"winners": tuple(item["winners"])})
