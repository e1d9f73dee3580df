"""What a contact has answered to surveys, for an export or an erasure."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.ids import derived_id
from chalicelib.storage.survey_entries import Entry, Respondent, SurveyEntries, texts_context
from chalicelib.vault import Vault


class SurveyAnswers:
    """Found by what the contact was asked; the questions themselves go with the contact's partition."""

    def __init__(self, entries: SurveyEntries, vault: Vault) -> None:
        self._entries = entries
        self._vault = vault

    def told(self, base: str, person: str) -> list[dict[str, Any]]:
        """Everything, in clear."""
        return [self._told(respondent) for respondent in self._entries.of_contact(base, person)]

    def forget(self, base: str, person: str) -> None:
        """Take the answers away. What they summed up to stays, and names nobody."""
        for respondent in self._entries.of_contact(base, person):
            if entry := self._entry(respondent):
                self._entries.forget(entry)

    def _told(self, respondent: Respondent) -> dict[str, Any]:
        entry = self._entry(respondent)
        texts = free_texts(self._vault, entry) if entry else {}
        answers = entry.answers if entry else {}
        return {
            "advertiser": respondent.advertiser,
            "survey": respondent.survey,
            "asked_at": [asked.at for asked in respondent.asked],
            "answers": [
                {"question": question, "at": given.at, "answer": texts.get(question, given.value)}
                for question, given in answers.items()
            ],
        }

    def _entry(self, respondent: Respondent) -> Entry | None:
        return self._entries.entry(respondent.survey, entry_of(self._vault, respondent.survey, respondent.person))


def entry_of(vault: Vault, survey: str, person: str) -> str:
    """A person's pseudonym in a survey: it says nothing about them in another."""
    return derived_id("ent", vault.sign(f"entry|{survey}|{person}"))


def free_texts(vault: Vault, entry: Entry) -> dict[str, str]:
    """An entry's free texts by question, in clear."""
    if entry.texts is None:
        return {}
    found: dict[str, str] = json.loads(vault.open(entry.texts, texts_context(entry.survey, entry.id)))
    return found
