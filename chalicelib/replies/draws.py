"""Who wins a contest: anybody can draw the same again. Pure.

The seed is made with the contest, and its SHA-256 told at once, so that nobody can choose a seed that suits somebody.
An entrant's lot in draw n is HMAC-SHA256(seed, "n:entry"), hexadecimal; the lowest lots win. The seed is told with the
first draw: with it and the entrants' pseudonyms everybody comes to the same winners (docs/surveys.md).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable

from chalicelib.storage.survey_entries import Entry
from chalicelib.storage.surveys import Survey


def new_seed() -> str:
    """256 random bits, hexadecimal."""
    return secrets.token_hex(32)


def commitment(seed: str) -> str:
    """What is told of a seed before it is used."""
    return hashlib.sha256(seed.encode()).hexdigest()


def lot(seed: str, number: int, entry: str) -> str:
    """An entrant's lot in a draw."""
    return hmac.new(seed.encode(), f"{number}:{entry}".encode(), hashlib.sha256).hexdigest()


def drawn(seed: str, number: int, entrants: Iterable[str], winners: int) -> tuple[str, ...]:
    """The entrants with the lowest lots, the lowest first."""
    return tuple(sorted(entrants, key=lambda entry: lot(seed, number, entry))[:winners])


def digest(entrants: Iterable[str]) -> str:
    """What tells whether two lists of entrants are the same."""
    return hashlib.sha256("".join(f"{entry}\n" for entry in sorted(entrants)).encode()).hexdigest()


def entrants(survey: Survey, entries: Iterable[Entry], won: Collection[str] = ()) -> list[str]:
    """Whose lot is drawn: who has answered every question, rightly where one answer is right, and has not won yet."""
    return sorted(entry.id for entry in entries if entry.id not in won and _takes_part(survey, entry))


def _takes_part(survey: Survey, entry: Entry) -> bool:
    for question in survey.questions:
        given = entry.answers.get(question.id)
        if given is None or question.correct not in (None, given.value):
            return False
    return True
