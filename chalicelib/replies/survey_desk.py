"""Where replies to surveys come in: which question is open for a person, and what a reply to it does."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import cast

from chalicelib.audience.survey_answers import entry_of, free_texts
from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log
from chalicelib.replies.questions import Question
from chalicelib.replies.survey_rules import OutcomeKind, answered, begun, decide, open_at, question_of
from chalicelib.replies.survey_texts import said
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.keys import Key
from chalicelib.storage.survey_entries import Entry, Respondent, SurveyEntries, Taken, texts_context
from chalicelib.storage.surveys import Survey, Surveys
from chalicelib.vault import Vault

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What a person was asked last, as a reply is held against it."""

    survey: str
    question_id: str
    question: Question
    respondent: Key
    advertiser: str
    asked_at: int
    closed: bool
    """Whether its survey had ended when the reply was written: an answer is not counted, and told so once."""
    answered: bool
    """Whether the person has answered it: whatever else they write is no second try at it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reply, and what there is to say about it."""

    kind: OutcomeKind
    survey: str
    question: str
    say: str | None = None
    """A text for Answering; None: nothing is said."""
    key: str = ""
    """Under which it is said once."""
    at_once: bool = False
    """Whether the hours do not hold it back: the conversation is going on."""

    @property
    def is_answer(self) -> bool:
        """Whether nobody needs to read the reply: it was an answer, whether it counted or not."""
        return self.kind not in ("retry", "not_an_answer")


class SurveyDesk:
    """Reads, decides, writes; all of it repeatable."""

    def __init__(
        self, surveys: Surveys, entries: SurveyEntries, advertisers: Advertisers, vault: Vault, clock: Clock
    ) -> None:
        self._surveys = surveys
        self._entries = entries
        self._advertisers = advertisers
        self._vault = vault
        self._clock = clock

    def open_question(self, person: str, advertiser: str, at: int) -> OpenQuestion | None:
        """What a person whom an advertiser's SMS has asked something may answer at `at` (epoch ms), or None.

        Of several surveys the one that asked last, and an open one before one that has ended.
        """
        found = [
            one
            for base in (advertiser, PARTNER)
            for respondent in self._entries.asked(base, person, advertiser)
            if (one := self._open(respondent, at))
        ]
        return max(found, key=lambda one: (not one.closed, one.asked_at), default=None)

    def take(
        self, question: OpenQuestion, reply_id: str, text: str, at: int, *, language: str | None = None
    ) -> Outcome:
        """What a reply that was written at `at` does; the same reply again does nothing, and tells the same.

        Raises StorageUnavailable: trying again is right.
        """
        survey = self._surveys.get(question.advertiser, question.survey)
        for _ in range(_ATTEMPTS):
            respondent = self._entries.respondent(question.respondent)
            asked = open_at(respondent, at) if respondent else None
            if survey is None or respondent is None or asked is None:
                return Outcome("not_an_answer", question.survey, question.question_id)
            taken = respondent.replies.get(reply_id)
            if taken is None:
                taken = self._take(survey, respondent, reply_id, text, at)
            if taken:
                return self._outcome(survey, taken, language)
        raise StorageUnavailable("the person's answers kept changing")

    def _take(self, survey: Survey, respondent: Respondent, reply_id: str, text: str, at: int) -> Taken | None:
        """What became of it, stored; None where somebody else has changed something meanwhile."""
        asked, now = open_at(respondent, at), self._clock.now()
        if asked is None:
            return None
        entry_id = entry_of(self._vault, survey.id, respondent.person)
        before = self._entries.entry(survey.id, entry_id)
        entry = before or Entry(entry_id, survey.id, survey.advertiser, respondent.base, respondent.person)
        decided = decide(survey, respondent, entry, asked, reply_id, text, at, now)
        after = decided.entry
        if after and decided.free_text is not None:
            after = self._with_text(after, asked.question, decided.free_text)
        if not self._entries.take(decided.respondent, before, after, now, decided.counted or {}):
            return None
        log("survey_reply", advertiser=survey.advertiser, survey=survey.id, outcome=decided.taken.outcome)
        return decided.taken

    def _with_text(self, entry: Entry, question: str, text: str) -> Entry:
        texts = free_texts(self._vault, entry) | {question: text}
        sealed = self._vault.seal(json.dumps(texts, ensure_ascii=False), texts_context(entry.survey, entry.id))
        return replace(entry, texts=sealed)

    def _outcome(self, survey: Survey, taken: Taken, language: str | None) -> Outcome:
        kind = cast("OutcomeKind", taken.outcome)
        if not taken.says:
            return Outcome(kind, survey.id, taken.question)
        advertiser = self._advertisers.get(survey.advertiser)
        text = said(survey, advertiser.brand if advertiser else "", taken.says, taken.question, language)
        about = taken.question if taken.says == "retry" else ""
        key = f"survey/{survey.id}/{taken.begun}/{taken.says}/{about}"
        goes_on = taken.says == "retry" or survey.question(taken.says) is not None
        return Outcome(kind, survey.id, taken.question, text, key, at_once=goes_on)

    def _open(self, respondent: Respondent, at: int) -> OpenQuestion | None:
        asked = open_at(respondent, at)
        survey = self._surveys.get(respondent.advertiser, respondent.survey) if asked else None
        stored = survey.question(asked.question) if survey and asked else None
        if survey is None or asked is None or stored is None or at < survey.opens_at:
            return None
        since = begun(respondent, asked)
        entry = self._entries.entry(survey.id, entry_of(self._vault, survey.id, respondent.person))
        return OpenQuestion(
            survey.id,
            asked.question,
            question_of(stored, survey.language),
            respondent.key,
            survey.advertiser,
            asked.at,
            closed=survey.is_closed(at),
            answered=answered(survey, entry, asked.question, since),
        )
