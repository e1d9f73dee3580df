"""What a reply says: whether it says STOP, and what else is wanted by it.

Rules over words come first, and the words are data; where they are not sure, a linear model over words has its say
(replies/word_model.py). `read` is pure and quick: no I/O but the first reading of both, time that is bounded by the
text's length, of which the first 1,600 characters count. docs/replies.md tells how a reply is read, ADRs 0028 and 0036
why so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chalicelib.replies import intents, opposing
from chalicelib.replies.lexicon_files import Lexicon, lexicon
from chalicelib.replies.undressing import Undressed, undress
from chalicelib.replies.word_model import Weighed, word_model

if TYPE_CHECKING:
    from chalicelib.replies.questions import Answer, Question

Intent = Literal["stop", "opt_in", "positive", "problem", "question", "order_status", "survey", "other"]
StopGrade = Literal["certain", "probable", "doubtful", "no"]
OPPOSED = ("certain", "probable")
"""The grades by which a reply opposes."""
SURE = 0.6
"""From this confidence on an intent stands by itself."""
_WORD = re.compile(r"\w+")
_FOR_A_PERSON = ("problem", "question", "order_status")
_RULES_STAND = 0.85
"""From this confidence on the rules' intent stands."""
_STOP = 0.6
"""The share from which the model's STOP opposes, and somebody looks at it."""
_STOP_AGAINST_RULES = 0.8
"""The same where the rules are sure that something else is meant. All three were chosen on replies kept aside."""
_CLEAR = 0.9
_LEAD = 0.2
"""By how much the model has to be surer than a rule."""
_FEW = 2
_PRAISE = ("positive.over", "positive.sure", "positive.clear", "positive.hint")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `stop` is the grade by which it opposes; what opposes has the intent `stop`."""

    intent: Intent
    stop: StopGrade
    confidence: float
    """Of the intent, from 0 to 1."""
    because: tuple[str, ...]
    """The words that decided, as they were written; none where nothing did."""
    everywhere: bool = False
    """It opposes every advertiser."""
    contact: bool = False
    """It asks for the company's name and details, by the keyword for it."""
    start: bool = False
    """It is an explicit START."""
    language: str | None = None
    """fr, en, es, de, it or nl, where the text shows it."""
    asks_nothing: bool = False
    """It is nothing but thanks, praise or "ok": nobody is waited for, whatever came before it."""


def read(text: str, question: Question | None = None) -> Reading:
    """Read a reply. `question` is what the last SMS asked, where that is still open. Never raises.

    A certain STOP wins over every answer, and so does a probable one that is not the answer's own words. CONTACT and
    START answer no question by text. What is asked or complained of beside an answer is for a person: its intent is not
    `survey` then, and the survey takes it all the same.
    """
    words = lexicon()
    said = undress(text, words)
    opposed = opposing.grade(said, words)
    answered = question.answer(text) if question and opposed.grade != "certain" else None
    named = answered if question and question.kind != "text" else None
    of_answer = named is not None and _is_of(opposed.because, named)
    language = opposed.language or words.language(said.flat)
    if opposed.grade in OPPOSED and not of_answer:
        return Reading(
            "stop",
            opposed.grade,
            opposed.confidence,
            opposed.because,
            everywhere=opposed.everywhere,
            language=language,
        )
    wanted = intents.weigh(said, words)
    contact = words.fills("keyword.contact", said.flat.strip(" .?")) is not None
    start = words.fills("keyword.start", words.without("polite.words", said.flat)) is not None
    if not (named or contact or start) and (meant := _meant(wanted, said, words)):
        return Reading("stop", "probable", round(meant.stop, 2), _as_written(said, meant.words), language=language)
    if answered and not _is_beside(wanted, named) and (named or not (contact or start)):
        grade: StopGrade = "no" if of_answer else opposed.grade
        because = answered.because if grade == "no" else opposed.because
        return Reading("survey", grade, 0.95, because, language=language)
    intent, confidence, because = _intent(wanted, said, is_asked=question is not None)
    return Reading(
        intent,
        opposed.grade,
        confidence,
        opposed.because or because,
        contact=contact,
        start=start,
        language=language,
        asks_nothing=opposed.grade == "no" and not (contact or start) and _asks_nothing(intent, said, words),
    )


def _asks_nothing(intent: Intent, said: Undressed, words: Lexicon) -> bool:
    """Whether a text that is read as friendly holds thanks, praise and "ok" alone. "Oui" may agree to anything."""
    if intent not in ("positive", "opt_in", "other") or "?" in said.flat:
        return False
    left = words.without("polite.words", said.flat.replace(".", " "))
    agreed = words.without("plain.agreed", left)
    praise = agreed
    for table in _PRAISE:
        praise = words.without(table, praise)
    return not praise and (intent == "positive" or agreed != left)


def _is_beside(wanted: intents.Wanted, named: Answer | None) -> bool:
    """Whether somebody has to read what else an answer says; `named` is None where any text is an answer."""
    if wanted.intent not in _FOR_A_PERSON or (named and _is_of(wanted.because, named)):
        return False
    return wanted.confidence >= SURE or (named is None and wanted.intent != "problem")


def _is_of(words: tuple[str, ...], answered: Answer) -> bool:
    """Whether what was found are the words that answer."""
    said = _words(answered.because)
    return all(said & _words((one,)) for one in words)


def _words(written: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for one in written for word in _WORD.findall(one))


def _meant(wanted: intents.Wanted, said: Undressed, words: Lexicon) -> Weighed | None:
    """What speaks for a STOP that no rule knows, if it is enough. Of a single word the rules know better."""
    flat = opposing.blanked(said.flat, words)
    if len(flat.replace(".", " ").replace("?", " ").split()) < _FEW:
        return None
    is_clear = wanted.confidence >= _CLEAR and wanted.intent != "other"
    weighed = word_model().weigh(flat)
    return weighed if weighed.stop >= (_STOP_AGAINST_RULES if is_clear else _STOP) else None


def _intent(wanted: intents.Wanted, said: Undressed, *, is_asked: bool) -> tuple[Intent, float, tuple[str, ...]]:
    """The rules' where they are sure, else what the words speak for; of two that differ, the surer one.

    What is no answer to the question that was asked is none to any.
    """
    known = wanted.intent != "other"
    if known and wanted.confidence >= _RULES_STAND:
        return wanted.intent, wanted.confidence, wanted.because
    weighed = word_model().weigh(said.flat)
    about, share = weighed.about, round(weighed.shares[weighed.about], 2)
    if is_asked and about == "survey":
        return wanted.intent, wanted.confidence, wanted.because
    if about == wanted.intent or (known and wanted.confidence + _LEAD >= share):
        return wanted.intent, max(wanted.confidence, share if about == wanted.intent else 0.0), wanted.because
    return about, share, _as_written(said, weighed.words)


def _as_written(said: Undressed, words: tuple[str, ...]) -> tuple[str, ...]:
    found = (re.search(rf"(?<!\S){re.escape(word)}(?!\S)", said.flat) for word in words)
    return tuple(said.as_written(*each.span()) for each in found if each)
