"""What a survey says to who has answered: the next question, thanks, once more, too late."""

from __future__ import annotations

from typing import cast

from chalicelib.messaging.survey_text import answers_told, as_asked
from chalicelib.storage.surveys import Survey, SurveyQuestion, TextKind
from chalicelib.storage.templates import Language

USUAL: dict[TextKind, dict[Language, str]] = {
    "retry": {
        "fr": "merci ! Pour que votre réponse compte, répondez {answers}.",
        "en": "thank you! For your answer to count, please reply {answers}.",
    },
    "thanks": {"fr": "merci, votre réponse est bien notée.", "en": "thank you, your answer is noted."},
    "closed": {
        "fr": "merci, mais les réponses étaient attendues plus tôt : la vôtre n'a pas pu être comptée.",
        "en": "thank you, but answers have closed: yours could not be counted.",
    },
}
"""Where an advertiser has written no other."""


def said(survey: Survey, brand: str, says: str, question: str, language: str | None) -> str:
    """The text of an answer: `says` is a question's id or a kind of text, about `question`."""
    following, about = survey.question(says), survey.question(question)
    spoken = _spoken(survey.language)
    if following:
        return _signed(brand, as_asked(following, spoken), spoken)
    kind = cast("TextKind", says)
    own = survey.texts.get(kind, {})
    for wanted in (language, survey.language):
        if wanted and wanted in own:
            return _signed(brand, _filled(own[wanted], about, _spoken(wanted)), _spoken(wanted))
    spoken = _spoken(language or survey.language)
    return _signed(brand, _filled(USUAL[kind][spoken], about, spoken), spoken)


def _spoken(language: str) -> Language:
    return "fr" if language == "fr" else "en"


def _filled(text: str, question: SurveyQuestion | None, language: Language) -> str:
    return text.replace("{answers}", answers_told(question, language) if question else "")


def _signed(brand: str, text: str, language: Language) -> str:
    """With the brand before it, where it does not name it."""
    if brand.casefold() in text.casefold():
        return text
    return f"{brand} : {text}" if language == "fr" else f"{brand}: {text}"
