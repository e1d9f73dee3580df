"""What is wrong with a form, in the reader's words: the API says it in English, for programs and people alike."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.problem_words import FRENCH

_FRENCH: Mapping[str, str] = {
    **FRENCH,
    "missing": "À remplir.",
    "required": "À remplir.",
    "string_too_short": "À remplir.",
    "string_too_long": "C’est trop long.",
    "too_short": "À remplir.",
    "too_long": "Il y en a trop.",
    "literal_error": "Choisissez dans la liste.",
    "string_pattern_mismatch": "Ce n’est pas écrit comme il faut.",
    "phone": "Ce n’est pas un numéro de téléphone.",
    "mobile": "Ce n’est pas un numéro de mobile.",
    "email": "Ce n’est pas une adresse e-mail.",
    "403": "Votre clé ne permet pas cela.",
    "404": "Cela n’existe pas, ou plus.",
    "409": "Quelqu’un d’autre change la même chose : réessayez dans un instant.",
    "412": "Quelqu’un l’a changé entre-temps : rechargez la page.",
    "413": "C’est trop gros.",
    "429": "Trop de demandes d’un coup : réessayez dans une minute.",
    "503": "Réessayez dans un instant.",
}
_ENGLISH: Mapping[str, str] = {
    **dict.fromkeys(("int_parsing", "int_type"), "Write a whole number."),
    "greater_than_equal": "That is too little.",
    "less_than_equal": "That is too much.",
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "too_short": "Fill this in.",
    "412": "Somebody has changed it meanwhile: load the page again.",
}
Own = Mapping[tuple[str, str], tuple[str, str]]
"""A form's own words, French and English, by field and rule."""


def problems(desk: Desk, answer: Answer, own: Own, names: Mapping[str, str] | None = None) -> dict[str, Problem]:
    """Errors by the form's fields; a list's entry is the list's. `names`: those that the form names otherwise."""
    told = {}
    for name, problem in answer.errors.items():
        known = name.partition(".")[0] if name.rpartition(".")[2].isdigit() else name
        field = (names or {}).get(known, known)
        told[field] = Problem(problem.rule, _words(desk, own, field, problem))
    return told


def _words(desk: Desk, own: Own, field: str, problem: Problem) -> str:
    if words := own.get((field, problem.rule)):
        return desk.say(*words)
    usual = _ENGLISH if desk.language == "en" else _FRENCH
    return usual.get(problem.rule, problem.message)
