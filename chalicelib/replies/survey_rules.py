"""What a reply does to a survey. Pure.

A reply counts for the question that was open when it was written, and of two replies to one question the one that was
written last (or first) counts, in whatever order they are told. Of equal moments the reply's id decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.clock import DAY
from chalicelib.replies.questions import Choice, Question
from chalicelib.storage.survey_entries import Asked, Entry, Given, Respondent, Taken
from chalicelib.storage.surveys import Survey, SurveyQuestion

STANDS = 30 * DAY
"""How long a question waits for its answer: a number that somebody texts later is about something else."""
FREE_TEXT = "said"
"""What stands in clear for a free text."""

OutcomeKind = Literal["taken", "changed", "kept", "superseded", "retry", "not_an_answer", "closed"]
"""`kept`: the first answer counts, and this is another one. `superseded`: a later one was told before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a reply."""

    taken: Taken
    respondent: Respondent
    entry: Entry | None = None
    """The answers as they are now; None where they stay."""
    free_text: str | None = None
    """What was said, where the answer is a free text that counts."""
    counted: Mapping[str, int] | None = None


def question_of(stored: SurveyQuestion, language: str) -> Question:
    """A survey's question as replies are held against it."""
    choices = tuple(Choice(code, label) for code, label in stored.choices)
    return Question(stored.kind, choices, stored.low, stored.high, language, stored.text)


def open_at(respondent: Respondent, at: int) -> Asked | None:
    """What the person had been asked last when writing at `at`, or None."""
    before = [asked for asked in respondent.asked if asked.at <= at]
    last = max(before, key=lambda asked: asked.at, default=None)
    return last if last and at < last.at + STANDS else None


def begun(respondent: Respondent, asked: Asked) -> int:
    """When the round of questions began that a question is of: with an SMS that asked the first."""
    return max((one.at for one in respondent.asked if one.message and one.at <= asked.at), default=asked.at)


def answered(survey: Survey, entry: Entry | None, question: str, since: int) -> bool:
    """Whether a question has its answer in the round that began at `since`."""
    given = entry.answers.get(question) if entry else None
    return given is not None and (survey.counts == "first" or given.at >= since)


def decide(
    survey: Survey, respondent: Respondent, entry: Entry, asked: Asked, reply_id: str, text: str, at: int, now: int
) -> Decision:
    """What a reply of `at` to the question `asked` does; `entry` may be empty. A known reply is not asked about."""
    stored = survey.question(asked.question)
    since = begun(respondent, asked)
    found = question_of(stored, survey.language).answer(text) if stored else None

    def outcome(kind: OutcomeKind, says: str = "") -> Taken:
        return Taken(kind, asked.question, says, since, at)

    def noted(taken: Taken, **also: int) -> Decision:
        return Decision(taken, _with(respondent, reply_id, taken), counted=also)

    if found is None or at < survey.opens_at:
        done = answered(survey, entry, asked.question, since) or _retried(respondent, asked.question, since)
        if survey.is_open(at) and not done:
            return noted(outcome("retry", "retry"), retried=1)
        return noted(outcome("not_an_answer"))
    if survey.is_closed(at):
        told = any(taken.says == "closed" for taken in respondent.replies.values())
        return noted(outcome("closed", "" if told else "closed"), late=1)
    return _counted(survey, respondent, entry, asked, reply_id, found.value, at, now, since)


def _counted(
    survey: Survey,
    respondent: Respondent,
    entry: Entry,
    asked: Asked,
    reply_id: str,
    value: int | str,
    at: int,
    now: int,
    since: int,
) -> Decision:
    question = survey.question(asked.question)
    free = question is not None and question.kind == "text"
    new, known = Given(FREE_TEXT if free else value, at, reply_id), entry.answers.get(asked.question)
    if known and not _wins(survey, new, known):
        kind: OutcomeKind = "kept" if survey.counts == "first" else "superseded"
        after = entry
    else:
        kind = "changed" if known and (free or known.value != new.value) else "taken"
        after = replace(entry, answers={**entry.answers, asked.question: new})
    says, respondent = _next(survey, respondent, after, since, now)
    taken = Taken(kind, asked.question, says, since, at)
    moved = after is not entry
    return Decision(
        taken,
        _with(respondent, reply_id, taken),
        after if moved else None,
        str(value) if free and moved else None,
    )


def _wins(survey: Survey, new: Given, known: Given) -> bool:
    later = (new.at, new.reply) > (known.at, known.reply)
    return later if survey.counts == "last" else not later


def _next(survey: Survey, respondent: Respondent, entry: Entry, since: int, now: int) -> tuple[str, Respondent]:
    """What is said after an answer: the next question, thanks after the last, nothing while one is open."""
    left = [one.id for one in survey.questions if not answered(survey, entry, one.id, since)]
    if not left:
        return "thanks", respondent
    put = {asked.question for asked in respondent.asked if asked.at >= since}
    following = next((question for question in left if question not in put), None)
    if following is None:
        return "", respondent
    return following, replace(respondent, asked=(*respondent.asked, Asked(following, now)))


def _retried(respondent: Respondent, question: str, since: int) -> bool:
    return any(
        (taken.outcome, taken.question, taken.begun) == ("retry", question, since)
        for taken in respondent.replies.values()
    )


def _with(respondent: Respondent, reply_id: str, taken: Taken) -> Respondent:
    return replace(respondent, replies={**respondent.replies, reply_id: taken})
