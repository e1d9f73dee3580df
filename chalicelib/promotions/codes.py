"""Promo codes that are read aloud at a till: no character is taken for another, and the last one checks the others."""

from __future__ import annotations

import re
import secrets

from chalicelib.links.bad_words import spells

# 23 characters, a prime number. No vowels; of those that pass for each other (1 L, 0 O Q, 2 Z, 5 S, 8 B) one at most.
_ALPHABET = "23456789CDFGHJKMNPRTVWX"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_MISREAD = str.maketrans("SZBY", "528V")
_RANDOM = 8
"""23⁸ = 7.8 × 10¹⁰: with a million codes out, one guess in eighty thousand is a code."""
_SPACES = re.compile(r"[\s-]+")


def normalise(text: str) -> str:
    """A code as it is kept and looked up: what people add when they type it is left out."""
    return _SPACES.sub("", text).upper()


def reread(code: str) -> str:
    """A normalised code with the characters that generated ones do not have read as those that they resemble."""
    return code.translate(_MISREAD)


def generate() -> str:
    """Eight random characters and one that checks them. That it is nobody's yet is the store's to see."""
    while True:
        body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
        code = body + _ALPHABET[_check(body)]
        if not spells(code):
            return code


def is_well_typed(code: str) -> bool:
    """Whether a generated code's check holds: any one wrong character breaks it, and any two that changed places.

    Each place has another weight, and 23 is a prime, so no such mistake adds up to nothing.
    """
    return (
        len(code) == _RANDOM + 1
        and all(character in _VALUE for character in code)
        and _check(code[:-1]) == _VALUE[code[-1]]
    )


def _check(body: str) -> int:
    # The check itself stands at a place of weight -1, which is 22: the weights before it are all different from it.
    return sum(weight * _VALUE[character] for weight, character in enumerate(body, 1)) % len(_ALPHABET)
