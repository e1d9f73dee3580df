"""A survey's question as a text asks it. Pure."""

from __future__ import annotations

from chalicelib.messaging.values import Asking
from chalicelib.storage.surveys import SurveyQuestion
from chalicelib.storage.templates import Language

_REPLY = {"fr": "Répondez {}.", "en": "Reply {}."}
_OR = {"fr": "ou", "en": "or"}
_SCORE = {"fr": "de {} à {}", "en": "{} to {}"}


def asking(question: SurveyQuestion, language: Language) -> Asking:
    """The question as a template names it."""
    return Asking(as_asked(question, language), question.text, answers_told(question, language))


def as_asked(question: SurveyQuestion, language: Language) -> str:
    """The question, and what can be answered, such as `Quelle couleur ? Répondez A (Rouge) ou B (Bleu)`."""
    told = answers_told(question, language)
    return f"{question.text} {_REPLY[language].format(told)}" if told else question.text


def answers_told(question: SurveyQuestion, language: Language) -> str:
    """What can be answered: `A (Rouge) ou B (Bleu)`, `de 0 à 10`; empty for a free text."""
    if question.kind == "text":
        return ""
    if question.kind == "score":
        return _SCORE[language].format(question.low, question.high)
    named = [
        code if label.casefold() in ("", code.casefold()) else f"{code} ({label})" for code, label in question.choices
    ]
    return f"{', '.join(named[:-1])} {_OR[language]} {named[-1]}" if len(named) > 1 else named[0]
