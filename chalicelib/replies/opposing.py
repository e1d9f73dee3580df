"""How surely a reply says STOP, and by which words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.replies.lexicon_files import Lexicon
from chalicelib.replies.misspelling import misspelt
from chalicelib.replies.undressing import Undressed

Grade = Literal["certain", "probable", "doubtful", "no"]
GRADES: tuple[Grade, ...] = ("certain", "probable", "doubtful")
_CONFIDENCE = {"certain": 0.99, "probable": 0.8, "doubtful": 0.4, "no": 0.0}
_SENTENCE = re.compile(r"[^.?]+[.?]?")
_FEW = 3
"""Words beside a STOP that opens or closes a sentence, by which it is still nothing else than that."""
_SHORT = 6
_MISSPELT_AMONG = 3


@dataclass(frozen=True, slots=True)
class Opposing:
    """The grade, and what it comes from."""

    grade: Grade
    because: tuple[str, ...] = ()
    everywhere: bool = False
    language: str | None = None

    @property
    def confidence(self) -> float:
        """How sure it is that STOP is meant, from 0 to 1."""
        return _CONFIDENCE[self.grade]


def grade(said: Undressed, lexicon: Lexicon) -> Opposing:
    """The surest of what the text as a whole, its sentences and its phrases say."""
    found: dict[Grade, Opposing] = {}
    for one in _all(said, lexicon):
        found.setdefault(one.grade, one)
    best = next((found[grade] for grade in GRADES if grade in found), Opposing("no"))
    everywhere = best.grade != "no" and any(lexicon.find("stop.everywhere", said.flat))
    return Opposing(best.grade, best.because, everywhere, best.language)


def _all(said: Undressed, lexicon: Lexicon) -> Iterator[Opposing]:
    flat = blanked(said.flat, lexicon)
    yield from _alone(_Part(flat, 0, lexicon), said, lexicon)
    if flat != said.flat:  # Something only looks like STOP; where that is all there is, a person looks.
        for one in _alone(_Part(said.flat, 0, lexicon), said, lexicon):
            yield Opposing("doubtful", one.because)
    for name in GRADES:
        for start, end, language in lexicon.find(f"stop.{name}", said.flat if name == "doubtful" else flat):
            yield Opposing(name, (said.as_written(start, end),), language=language)
    for sentence in _SENTENCE.finditer(flat):
        part = _Part(sentence[0], sentence.start(), lexicon)
        if sentence[0] != flat:
            yield from _alone(part, said, lexicon)
        yield from _at_an_end(part, said, lexicon)
    for start, end in said.clauses():  # "Trois messages hier, basta": it is meant, and yet not all that is said.
        part = _Part(flat[start:end], start, lexicon)
        for one in (*_alone(part, said, lexicon), *_at_an_end(part, said, lexicon)):
            yield replace(one, grade="probable" if one.grade == "certain" else "doubtful")


class _Part:
    """A part of the text, whether it asks, and its words without what is polite, or rude, beside a STOP."""

    def __init__(self, flat: str, start: int, lexicon: Lexicon) -> None:
        self.flat = flat
        self.start = start
        self.asks = flat.endswith("?")
        words = " ".join(flat.replace(".", " ").replace("?", " ").split())
        self.core = lexicon.without("polite.words", lexicon.without("stop.beside", words))


def _alone(part: _Part, said: Undressed, lexicon: Lexicon) -> Iterator[Opposing]:
    """Where a part of the text is STOP, and what is polite beside it."""
    if not part.core or lexicon.fills("alone.thanks", part.flat.strip(" .")) is not None:
        return  # "Encore merci" thanks once more, and is not fed up.
    because = (said.as_written(part.start, part.start + len(part.flat.rstrip(" .?"))),)
    for name in GRADES:
        if (language := lexicon.fills(f"alone.{name}", part.core)) is not None:
            yield Opposing("doubtful" if part.asks else name, because, language=language or None)
            return
    words = part.core.split()
    if len(words) <= _MISSPELT_AMONG and not part.asks:
        surely = misspelt(words, lexicon.meant, lexicon.real)
        if surely is not None:
            yield Opposing("certain" if surely else "probable", because)


def _at_an_end(part: _Part, said: Undressed, lexicon: Lexicon) -> Iterator[Opposing]:
    """Where a sentence opens or closes with STOP."""
    words = part.core.split()
    for start, end, language in lexicon.find("stop.word", part.flat) if words else ():
        because = (said.as_written(part.start + start, part.start + end),)
        word = part.flat[start:end]
        beside = len(words) - len(word.split())
        if f"{part.core} ".startswith(f"{word} ") or f" {part.core}".endswith(f" {word}"):
            sure: Grade = "certain" if beside <= _FEW else "probable"
            yield Opposing("doubtful" if part.asks else sure, because, language=language)
        elif len(words) <= _SHORT:
            yield Opposing("doubtful", because, language=language)


def blanked(flat: str, lexicon: Lexicon) -> str:
    """The text, in its length, with a stroke for what only looks like STOP."""
    for entry in lexicon.tables["stop.not"]:
        flat = entry.pattern.sub(lambda found: "-" * len(found[0]), flat)
    return flat
