"""A reply without its dress: what is left of it to be read, and where each word stands in what was written.

Case, accents, punctuation, invisible characters, long drawn letters and abbreviations are dress. So is what a
telephone or a habit adds: a signature, a closing formula, the quoted SMS that is answered.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.replies.lexicon_files import Lexicon
from chalicelib.replies.sounding import as_spelt

LONGEST = 1_600
"""Characters that are read: ten parts of an SMS."""

_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)+|[^\W_]+|[?¿؟❓❔⁉]|[.!…;:\n]+(?=\s|$)|\n|[^\w\s]")
_ELIDED = re.compile(r"j[bcdfgklmnpqrstvwxz][a-z]")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_QUOTED = re.compile(r"«[^»]{0,800}»|“[^”]{0,800}”|\"[^\"]{0,800}\"")
_QUOTED_LINE = re.compile(r"^\s*>.*$", re.MULTILINE)
_ENDS = frozenset(".!…;:\n")
_PAUSES = frozenset(",()-–—/")
_ASKS = frozenset("?¿؟❓❔⁉")
_NO = frozenset(("non", "no", "nein", "nee"))
"""After which a comma ends a sentence: "Non, stop" is no "non stop"."""
_APOSTROPHES = ("'", "’", "‘", "`", "´")
"""Before which a word is cut short, and stands for nothing else."""
_FEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class Undressed:
    """`flat`: words in small letters without accents, one space apart; `.` ends a sentence, `?` one that asks."""

    flat: str
    _written: str
    _at: tuple[int, ...]
    """Where each word begins in `flat`."""
    _spans: tuple[tuple[int, int], ...]
    """And where it stands in what was written."""
    _pauses: tuple[int, ...] = ()
    """Where in `flat` a comma or a dash stood before a word."""

    def clauses(self) -> Iterator[tuple[int, int]]:
        """Start and end in `flat` of what stands between pauses; nothing where there is none."""
        begins = (0, *self._pauses, len(self.flat) + 1)
        if self._pauses:
            yield from ((begin, end - 1) for begin, end in pairwise(begins))

    def as_written(self, start: int, end: int) -> str:
        """What was written for a part of `flat`, on one line."""
        first = bisect_right(self._at, start) - 1
        last = bisect_right(self._at, end - 1) - 1
        return " ".join(self._written[self._spans[first][0] : self._spans[last][1]].split())


def undress(text: str, lexicon: Lexicon) -> Undressed:
    """What a reply says. Never raises."""
    written = _without_quotes(_visible(text), lexicon)
    words: list[str] = []
    at: list[int] = []
    spans: list[tuple[int, int]] = []
    pauses: list[int] = []
    position = 0
    for token in _TOKEN.finditer(written):
        word = (
            "."
            if token[0] == "," and words and words[-1] in _NO
            else _word(token[0], lexicon, written[token.end() :][:1])
        )
        if token[0] in _PAUSES and position not in (0, *pauses[-1:]) and _pauses(written, token.start()):
            pauses.append(position)
        if not word or (word == "." and (not words or words[-1] in ".?")):
            continue
        words.append(word)
        at.append(position)
        spans.append(token.span())
        position += len(word) + 1
    return Undressed(" ".join(words), written, tuple(at), tuple(spans), tuple(pauses))


def _visible(text: str) -> str:
    """The text in composed letters, without what is not seen."""
    shown = unicodedata.normalize("NFKC", text[: 2 * LONGEST])[: 2 * LONGEST]
    if not shown.isascii():
        shown = "".join(letter for letter in shown if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"})
    return shown.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST]


def _without_quotes(text: str, lexicon: Lexicon) -> str:
    """Without what others wrote, unless nothing else is there: a word in quotes is its writer's own."""
    end = lexicon.ends.search(text)
    kept = text[: end.start()] if end and text[: end.start()].strip() else text
    for quoted in (_QUOTED_LINE, _QUOTED):
        less = quoted.sub(lambda found: found[0] if len(found[0].split()) < _FEW_WORDS else "\n", kept)
        if any(letter.isalnum() for letter in less):
            kept = less
    return kept


def _pauses(written: str, place: int) -> bool:
    """Whether a mark parts clauses: a dash does where spaces are about it."""
    return written[place] in ",()" or not written[place - 1 : place + 2 : 2].strip()


def _word(token: str, lexicon: Lexicon, after: str) -> str:
    first = token[0]
    if first in _ASKS:
        return "?"
    if first.isalnum():
        plain = unicodedata.normalize("NFKD", token.casefold())
        if not plain.isascii():
            plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("œ", "oe")
        plain = _DRAWN.sub(r"\1", plain)
        if _ELIDED.match(plain):
            return f"je {lexicon.spelling.get(plain[1:], plain[1:])}"
        if after in _APOSTROPHES:
            return plain
        return lexicon.spelling.get(plain) or as_spelt(plain, lexicon.known, lexicon.by_sound)
    if first in _ENDS:
        return "."
    return lexicon.emoji.get(first, "")
