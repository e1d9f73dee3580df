"""A text message as clauses of words and numbers. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_STARS = "⭐★🌟"
_DRAWN = {
    "🔟": " 10 ",
    "🅰": " A ",
    "🅱": " B ",
    "🅾": " O ",
    "❓": "?",
    "❔": "?",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
}
_NUMERO = re.compile(r"\bn\s?[°º]\s?", re.IGNORECASE)
_APART = re.compile(r"\b(?:c est|c etait|d accord|j ai|j aime|s il|l option)\b", re.IGNORECASE)
"""What is one word, typed without its apostrophe: its letter is no choice."""
_SVP = re.compile(r"\b(s)[. ]([vt])[. ](p)\b", re.IGNORECASE)
_PIECES = re.compile(
    r"(?P<number>(?:(?<!\w)[-−])?(?<!\w)\d+(?:[.,]\d+)?(?:\s*/\s*\d+)?(?:\s*[%€$£°])?(?!\w))"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<end>[.,;:!?…\n()\[\]\"«»|=>→]+|(?<=\s)[-–—]+(?=\s))"
)
_NUMBER = re.compile(r"(\d+)(?:[.,]0+)?(?:\s*/\s*(\d+))?")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a number in figures."""

    written: str
    plain: str
    """In small letters without accents."""
    figures: bool = False
    number: int | None = None
    """Of figures, where it is whole, not below nought and of no unit."""
    of: int | None = None
    """What it is a share of: the 10 of "9/10"."""

    @property
    def letter(self) -> str:
        """The word where it has no accent: `à` is no choice A."""
        return self.plain if self.plain == self.written.casefold() else ""


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands between two marks."""

    tokens: tuple[Token, ...]
    asks: bool
    """Whether a question mark ends it."""


def clauses(text: str) -> Iterator[Clause]:
    """The clauses that have a word or a number."""
    tokens: list[Token] = []
    for piece in _PIECES.finditer(_prepared(text)):
        if piece["end"] is None:
            tokens.append(_number(piece[0]) if piece["number"] else Token(piece[0], folded(piece[0])))
            continue
        if tokens:
            yield Clause(tuple(tokens), asks="?" in piece[0])
        tokens = []
    if tokens:
        yield Clause(tuple(tokens), asks=False)


def folded(text: str) -> str:
    """The text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _prepared(text: str) -> str:
    drawn = _NUMERO.sub("numero ", text)
    for sign, meant in _DRAWN.items():
        drawn = drawn.replace(sign, meant)
    if not any(letter.isalnum() for letter in drawn):
        stars = sum(letter in _STARS for letter in drawn)
        return str(stars) if stars else drawn
    drawn = unicodedata.normalize("NFKC", drawn)
    # A key cap is a digit with marks on it.
    drawn = "".join(letter for letter in drawn if unicodedata.category(letter) not in {"Mn", "Me", "Cf"})
    drawn = _SVP.sub(r"\1\2\3", drawn)
    return _APART.sub(lambda found: found[0].replace(" ", "'"), drawn)


def _number(written: str) -> Token:
    plain = written.replace(" ", "")
    whole = _NUMBER.fullmatch(written)
    if whole is None:
        return Token(written, plain, figures=True)
    return Token(written, plain, figures=True, number=int(whole[1]), of=int(whole[2]) if whole[2] else None)
