"""Automatic answers: which of them an advertiser gives, in which words, and which a conversation has had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

Kind = Literal["thanks", "problem", "status", "away"]
KINDS: tuple[Kind, ...] = get_args(Kind)
USUAL: frozenset[Kind] = frozenset(("thanks", "problem", "status"))
"""What is answered so where the advertiser says nothing."""
RETENTION = 366 * DAY
"""Of what a conversation was answered: a link that was given again is not given a third time."""
_MOST = 50


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """An advertiser's."""

    on: frozenset[Kind] = USUAL
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Own words, by language and name (replies/automatic_texts.py)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One automatic answer."""

    reply: str
    """The text that it answers."""
    at: int
    name: str
    is_status: bool = False
    about: str | None = None
    """The request for a review whose link it gave again."""


@dataclass(frozen=True, slots=True)
class AnsweredSoFar:
    """A conversation's automatic answers."""

    answers: tuple[Answered, ...] = ()
    version: int = 0


class AutomaticAnswers:
    """One item for an advertiser, one for a conversation. All raise StorageUnavailable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def settings(self, advertiser: str) -> AnswerSettings:
        """What an advertiser lets be answered."""
        item = self._table.get(keys.automatic_answers(advertiser))
        return AnswerSettings(frozenset(item["on"]), item["texts"]) if item else AnswerSettings()

    def save_settings(self, advertiser: str, settings: AnswerSettings) -> None:
        """Replace them."""
        texts = {language: dict(named) for language, named in settings.texts.items()}
        item: Item = {"type": "automatic_answers", "v": 1, "on": sorted(settings.on), "texts": texts}
        self._table.put(Put(keys.automatic_answers(advertiser), item))

    def of_thread(self, thread_id: str) -> AnsweredSoFar:
        """What a conversation was answered so far."""
        item = self._table.get(keys.answered_itself(thread_id), expired=True)
        return AnsweredSoFar(tuple(Answered(**one) for one in item["answers"]), item["version"]) if item else _NONE

    def take(self, thread_id: str, before: AnsweredSoFar, answer: Answered) -> bool:
        """Note an answer before it is given, if nothing else was since `before` was read; False otherwise."""
        kept: Sequence[Answered] = (*before.answers, answer)[-_MOST:]
        item: Item = {
            "type": "answered",
            "v": 1,
            "answers": [asdict(one) for one in kept],
            "version": before.version + 1,
            "ttl": (answer.at + RETENTION) // SECOND,
        }
        condition, values = "attribute_not_exists(pk)", {}
        if before.version:
            condition, values = "#version = :read", {"read": before.version}
        try:
            self._table.put(Put(keys.answered_itself(thread_id), item, condition, values))
        except ConditionFailed:
            return False
        return True


_NONE = AnsweredSoFar()
