"""What a reply says: whether it says STOP, and what else is wanted by it. Rules over words, and the words are data.

`read` is pure and quick: no I/O but the lexicon's first reading, no model, time that is bounded by the text's length,
of which the first 1,600 characters count. docs/replies.md tells how a reply is read, ADR 0028 why by rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chalicelib.replies import intents, opposing
from chalicelib.replies.lexicon_files import lexicon
from chalicelib.replies.undressing import undress

if TYPE_CHECKING:
    from chalicelib.replies.questions import Question

Intent = Literal["stop", "opt_in", "positive", "problem", "question", "order_status", "survey", "other"]
StopGrade = Literal["certain", "probable", "doubtful", "no"]
OPPOSED = ("certain", "probable")
"""The grades by which a reply opposes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `stop` is the grade by which it opposes; what opposes has the intent `stop`."""

    intent: Intent
    stop: StopGrade
    confidence: float
    """Of the intent, from 0 to 1."""
    because: tuple[str, ...]
    """The words that decided, as they were written; none where nothing did."""
    everywhere: bool = False
    """It opposes every advertiser."""
    contact: bool = False
    """It asks for the company's name and details, by the keyword for it."""
    start: bool = False
    """It is an explicit START."""
    language: str | None = None
    """fr, en, es, de, it or nl, where the text shows it."""


def read(text: str, question: Question | None = None) -> Reading:
    """Read a reply. `question` is what the last SMS asked, where that is still open. Never raises.

    A certain STOP wins over every answer, and a probable one over what may be any text.
    """
    words = lexicon()
    said = undress(text, words)
    opposed = opposing.grade(said, words)
    answered = question.answer(text) if question and opposed.grade != "certain" else None
    named = answered if question and question.kind != "text" else None
    language = opposed.language or words.language(said.flat)
    if opposed.grade in OPPOSED and not named:
        return Reading(
            "stop",
            opposed.grade,
            opposed.confidence,
            opposed.because,
            everywhere=opposed.everywhere,
            language=language,
        )
    wanted = intents.weigh(said, words)
    if named or (answered and wanted.intent not in ("question", "order_status")):
        grade: StopGrade = "no" if named else opposed.grade
        return Reading("survey", grade, 0.95, answered.because if answered else (), language=language)
    return Reading(
        wanted.intent,
        opposed.grade,
        wanted.confidence,
        opposed.because or wanted.because,
        contact=words.fills("keyword.contact", said.flat.strip(" .?")) is not None,
        start=words.fills("keyword.start", words.without("polite.words", said.flat)) is not None,
        language=language,
    )
