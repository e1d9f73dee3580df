"""What is wrong with a survey before it is saved. Pure.

Whatever is sent after the first question is an answer to somebody who has written, and so offers nothing
(messaging/content.py). A choice that a reply could not name, or that reads as a STOP, is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import FieldError
from chalicelib.messaging.content import marketing_reasons
from chalicelib.replies.questions import Question
from chalicelib.replies.reading import read
from chalicelib.replies.survey_rules import question_of
from chalicelib.storage.surveys import Survey, SurveyQuestion

_SCALES = {"nps": (0, 10), "csat": (1, 5)}
_WIDEST = 100
_MOST_CHOICES = 20
_MOST_QUESTIONS = 10


def problems(survey: Survey) -> Iterator[FieldError]:
    """Each with its field and rule."""
    yield from _kind(survey)
    if survey.closes_at is not None and survey.closes_at <= survey.opens_at:
        yield FieldError("closes_at", "after_opening", "it closes after it opens")
    if not 1 <= len(survey.questions) <= _MOST_QUESTIONS:
        yield FieldError("questions", "number", f"from 1 to {_MOST_QUESTIONS} questions")
    for place, question in enumerate(survey.questions):
        at = f"questions.{place}"
        yield from _question(question, at, survey.language)
        if place and (reasons := marketing_reasons(question.text)):
            yield FieldError(f"{at}.text", "offer", f"it follows an answer, and offers something: {reasons[0].words}")
    for kind, texts in survey.texts.items():
        for language, text in texts.items():
            if reasons := marketing_reasons(text):
                field = f"texts.{kind}.{language}"
                yield FieldError(field, "offer", f"it is sent as an answer, and offers something: {reasons[0].words}")


def _kind(survey: Survey) -> Iterator[FieldError]:
    first = survey.questions[0] if survey.questions else None
    scale = _SCALES.get(survey.kind)
    if scale and first and (first.kind, first.low, first.high) != ("score", *scale):
        rule = f"the first question of {survey.kind} takes a score from {scale[0]} to {scale[1]}"
        yield FieldError("questions.0", "scale", rule)
    if survey.kind == "vote" and first and (len(survey.questions) > 1 or first.kind != "choice"):
        yield FieldError("questions", "vote", "a vote has one question with choices")
    if (survey.kind == "contest") != (survey.winners > 0):
        yield FieldError("winners", "contest", "a contest has winners, and nothing else has")


def _question(question: SurveyQuestion, at: str, language: str) -> Iterator[FieldError]:
    codes = [code for code, _ in question.choices]
    if question.kind == "choice":
        yield from _choices(question, at, language)
    elif codes:
        yield FieldError(f"{at}.choices", "kind", "only a question of kind choice has choices")
    if question.kind == "score" and not 0 <= question.low < question.high <= _WIDEST:
        yield FieldError(f"{at}.high", "range", f"a score goes from a low to a high within 0 to {_WIDEST}")
    if question.correct is not None and question.correct not in codes:
        yield FieldError(f"{at}.correct", "known", "the code of one of its choices")


def _choices(question: SurveyQuestion, at: str, language: str) -> Iterator[FieldError]:
    if not 2 <= len(question.choices) <= _MOST_CHOICES:
        yield FieldError(f"{at}.choices", "number", f"from 2 to {_MOST_CHOICES} choices")
        return
    asked = question_of(question, language)
    for place, (code, label) in enumerate(question.choices):
        for name, said in (("code", code), ("label", label)):
            field = f"{at}.choices.{place}.{name}"
            if said and read(said).stop != "no":
                yield FieldError(field, "stop", "a reply of this would be taken for a STOP")
            elif said and not _names(asked, said, code):
                yield FieldError(field, "clear", "a reply of this would not be understood as this choice alone")


def _names(asked: Question, said: str, code: str) -> bool:
    answer = asked.answer(said)
    return answer is not None and answer.value == code
