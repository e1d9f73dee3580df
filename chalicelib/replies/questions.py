"""What an SMS asks, and whether a reply answers it. Pure.

People write "A", "réponse B svp", "le 2", "rouge merci", "9/10", "neuf" or "je dirais 8". An answer is taken only where
nothing else can be meant: "A ou B", "7 ou 8", "pas A", "A ?" and "10 euros" are none, and 8,5 is none on a scale of
whole numbers. Who is asked once more loses a minute; an answer that nobody gave stays in the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from chalicelib.replies.answer_words import Words, words_for
from chalicelib.replies.clauses import Clause, Token, clauses, folded

QuestionKind = Literal["choice", "score", "text"]

_ALIKE = 0.8
_MISSPELLED = 4
"""Letters from which a word may be misspelled,"""
_PART = 3
"""and from which it may stand for a longer label."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a question offers."""

    code: str
    """What is texted for it, such as `A`, `1` or `OUI`."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply answers."""

    value: int | str
    """A score, the code of a choice, or the text as it came."""
    because: tuple[str, ...] = ()
    """The words that decided, as written."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question."""

    kind: QuestionKind
    choices: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 10
    """The bounds of a score, both included."""
    language: str = "fr"
    text: str = ""
    """As it is asked."""

    def answer(self, text: str) -> Answer | None:
        """What the text answers; None where it is no answer, or more than one."""
        if self.kind == "text":
            said = text.strip()
            return Answer(said, (said,)) if said else None
        words = words_for(self.language)
        named = _Scores(self, words) if self.kind == "score" else _Choices(self, words)
        found = [mention for clause in clauses(text) for mention in _mentions(clause, named, words)]
        values = {mention.value for mention in found}
        if len(values) != 1:
            return None
        (value,) = values
        return None if value is None else Answer(value, tuple(dict.fromkeys(mention.written for mention in found)))


@dataclass(frozen=True, slots=True)
class _Mention:
    """A place where a clause names an answer."""

    value: int | str | None
    """None: what is named there can be no answer, and leaves none beside it."""
    written: str
    length: int = 1


def _mentions(clause: Clause, named: _Scores | _Choices, words: Words) -> list[_Mention]:
    """The answers of a clause; none where they stand in a sentence about something else."""
    tokens, found, place, beside = clause.tokens, list[_Mention](), 0, False
    while place < len(tokens) and not clause.asks:
        token = tokens[place]
        mention = named.at(tokens, place)
        if mention:
            found.append(mention)
        elif found and token.plain in words.reason:
            break
        elif found and token.plain in words.praise:
            beside = True
        elif not beside and token.plain not in words.filler and not named.passes(token):
            return []
        place += mention.length if mention else 1
    return found


class _Scores:
    """Names of a score."""

    def __init__(self, question: Question, words: Words) -> None:
        self._question = question
        self._words = words

    def at(self, tokens: Sequence[Token], place: int) -> _Mention | None:
        """The score that is named there, or None."""
        token = tokens[place]
        number = self._number(token)
        if token.plain in self._words.article and len(tokens) > 2:
            return None
        if number is None:
            return _Mention(None, token.written) if token.figures else None
        for between in self._words.out_of:
            end = place + 1 + len(between)
            if end < len(tokens) and tuple(part.plain for part in tokens[place + 1 : end]) == between:
                of = self._number(tokens[end])
                if of is not None:
                    written = " ".join(part.written for part in tokens[place : end + 1])
                    return _Mention(self._within(number, of), written, len(between) + 2)
        return _Mention(self._within(number, token.of), token.written)

    def passes(self, token: Token) -> bool:
        """Whether a word that names nothing may stand beside an answer."""
        return token.plain in self._words.article

    def _number(self, token: Token) -> int | None:
        return token.number if token.figures else self._words.numbers.get(token.plain)

    def _within(self, number: int, of: int | None) -> int | None:
        fits = self._question.low <= number <= self._question.high and of in (None, self._question.high)
        return number if fits else None


class _Choices:
    """Names of a choice: its code, its label or a part of it, its place in the list, another word for yes or no."""

    def __init__(self, question: Question, words: Words) -> None:
        self._words = words
        self._codes = {folded(choice.code): choice.code for choice in question.choices}
        self._places = [choice.code for choice in question.choices]
        self._counted = any(code.isdecimal() for code in self._codes)
        self._labels = {choice.code: self._telling(choice.label) for choice in question.choices}
        self._same = self._synonyms()

    def at(self, tokens: Sequence[Token], place: int) -> _Mention | None:
        """The choice that is named there, or None."""
        token = tokens[place]
        full = self._full(tokens, place)
        if full:
            return full
        if token.letter in self._codes and not token.figures:
            return _Mention(self._codes[token.letter], token.written)
        by_number = self._by_number(token)
        if by_number:
            return by_number
        code = self._same.get(token.plain) or self._by_part(token.plain) or self._misspelled(token.plain)
        return _Mention(code, token.written) if code else None

    def passes(self, token: Token) -> bool:
        """Whether a word that names nothing may stand beside an answer: one of several labels."""
        return token.plain in self._words.article or any(token.plain in label for label in self._labels.values())

    def _telling(self, label: str) -> tuple[str, ...]:
        """The words of a label, without those that say nothing where others are left."""
        words = [token.plain for clause in clauses(label) for token in clause.tokens]
        idle = self._words.filler | self._words.article
        return tuple(word for word in words if word not in idle) or tuple(words)

    def _synonyms(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for code, label in self._labels.items():
            for name in {*label[:1], folded(code)} if len(label) < 2 else {folded(code)}:
                found |= dict.fromkeys(self._words.same.get(name, ()), code)
        return found

    def _full(self, tokens: Sequence[Token], place: int) -> _Mention | None:
        """The longest label that begins there; words that say nothing may stand in between."""
        best: _Mention | None = None
        for code, label in self._labels.items():
            end = self._end(tokens, place, label)
            if end and (best is None or end - place > best.length):
                best = _Mention(code, " ".join(token.written for token in tokens[place:end]), end - place)
        return best

    def _end(self, tokens: Sequence[Token], place: int, label: Sequence[str]) -> int | None:
        for position, word in enumerate(label):
            while position and place < len(tokens) and tokens[place].plain != word and self._idle(tokens[place]):
                place += 1
            if place >= len(tokens) or tokens[place].plain != word:
                return None
            place += 1
        return place if label else None

    def _idle(self, token: Token) -> bool:
        return token.plain in self._words.filler or token.plain in self._words.article

    def _by_number(self, token: Token) -> _Mention | None:
        number = token.number if token.figures else self._words.numbers.get(token.plain)
        if number is None:
            number = self._words.places.get(token.plain)
        if number is None or token.of is not None or token.plain in self._words.article:
            return None
        meant = {code for code, label in self._labels.items() if str(number) in label}
        if self._counted:
            meant |= {code for code in self._places if code == str(number)}
        elif 1 <= number <= len(self._places):
            meant.add(self._places[number - 1])
        if not meant:
            return None
        return _Mention(meant.pop() if len(meant) == 1 else None, token.written)

    def _by_part(self, word: str) -> str | None:
        if len(word) < _PART or word in self._words.praise or word in self._words.filler:
            return None
        return _only(code for code, label in self._labels.items() if word in label)

    def _misspelled(self, word: str) -> str | None:
        if len(word) < _MISSPELLED or word in self._words.filler:
            return None
        return _only(code for code, label in self._labels.items() if len(label) == 1 and _alike(word, label[0]))


def _only(codes: Iterator[str]) -> str | None:
    found = set(codes)
    return found.pop() if len(found) == 1 else None


def _alike(word: str, label: str) -> bool:
    return word[0] == label[0] and SequenceMatcher(None, word, label).ratio() >= _ALIKE
