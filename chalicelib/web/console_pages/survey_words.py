"""Surveys in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.fact_words import Both
from chalicelib.web.console_pages.form_words import Own
from chalicelib.web.console_pages.survey_form import MOST_QUESTIONS

KINDS: Mapping[str, Both] = {
    "survey": ("Des questions", "Questions"),
    "vote": ("Un vote : une question, des choix", "A vote: one question, some choices"),
    "contest": ("Un concours, avec tirage au sort", "A contest, with a draw"),
    "nps": ("Recommanderiez-vous ? De 0 à 10 (NPS)", "Would you recommend us? 0 to 10 (NPS)"),
    "csat": ("Êtes-vous satisfait ? De 1 à 5 (CSAT)", "Are you satisfied? 1 to 5 (CSAT)"),
}
QUESTIONS: Mapping[str, Both] = {
    "choice": ("Un choix", "A choice"),
    "score": ("Une note", "A score"),
    "text": ("Quelques mots", "A few words"),
}
STATES: Mapping[str, tuple[Both, str]] = {
    "open": (("ouvert", "open"), "good"),
    "closed": (("fini", "over"), "plain"),
    "planned": (("à venir", "to come"), "wait"),
}
_OFFER = ("Cette question suit une réponse : elle n’offre rien.", "This question follows an answer: it offers nothing.")
_EACH: Mapping[tuple[str, str], Both] = {
    ("text", "offer"): _OFFER,
    ("choices", "number"): ("De 2 à 20 choix, un par ligne.", "2 to 20 choices, one a line."),
    ("choices", "stop"): ("Un choix serait lu comme un STOP.", "One choice would be read as a STOP."),
    ("choices", "clear"): (
        "Deux choix se ressemblent trop, ou l’un ne serait pas compris : d’autres mots.",
        "Two choices are too alike, or one would not be understood: other words.",
    ),
    ("choices", "string_too_long"): ("60 caractères au plus par choix.", "At most 60 characters for a choice."),
    ("high", "range"): (
        "La note va d’un petit à un grand nombre, de 0 à 100.",
        "A score goes from a low to a high number, 0 to 100.",
    ),
    ("correct", "known"): ("L’un des choix, ou sa lettre.", "One of the choices, or its letter."),
}
WRONG: Own = {
    **{(f"{field}_{at}", rule): words for (field, rule), words in _EACH.items() for at in range(MOST_QUESTIONS)},
    ("kind", "vote"): ("Un vote a une seule question, avec des choix.", "A vote has a single question, with choices."),
    ("text_0", "too_short"): ("Écrivez au moins une question.", "Write at least one question."),
    ("kind", "number"): ("Écrivez de 1 à 10 questions.", "Write 1 to 10 questions."),
    ("winners", "contest"): ("Combien gagnent ? Au moins 1.", "How many win? At least 1."),
    ("closes_at", "after_opening"): ("La fin vient après le début.", "The end comes after the beginning."),
    ("closes_at", "past"): ("Un moment à venir.", "A moment to come."),
    ("thanks", "offer"): ("Un merci n’offre rien.", "Thanks offer nothing."),
    ("", "409"): (
        "Déjà posé : ses questions restent. Le nom, la fin et le merci peuvent changer.",
        "It was asked already: its questions stay. Its name, end and thanks can change.",
    ),
}
DRAW_WRONG: Own = {
    ("", "409"): (
        "Un concours se tire quand il est fini : donnez-lui une fin, et attendez-la.",
        "A contest is drawn when it is over: give it an end, and wait for it.",
    ),
    ("reason", "string_too_short"): ("Dites pourquoi, en quelques mots.", "Say why, in a few words."),
}
