"""The words that stand around an answer (`answer_words.toml`), for a question in one language.

French and English count in every language: whoever is asked in German may answer "ok, nine".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """Small letters without accents."""

    filler: frozenset[str]
    praise: frozenset[str]
    reason: frozenset[str]
    article: frozenset[str]
    same: Mapping[str, frozenset[str]]
    """By any word of a yes or a no, all of them."""
    numbers: Mapping[str, int]
    places: Mapping[str, int]
    """1 for the first."""
    out_of: frozenset[tuple[str, ...]]


@cache
def words_for(language: str) -> Words:
    """The words for a question in a language (ISO 639-1)."""
    written: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    spoken = dict.fromkeys((language, "fr", "en"))
    groups = [frozenset(group.split()) for group in written["same"].values()]
    return Words(
        **{kind: frozenset(written[kind].split()) for kind in ("filler", "praise", "reason", "article")},
        same={word: group for group in groups for word in group},
        numbers=_counted(written["numbers"], spoken, since=0),
        places=_counted(written["places"], spoken, since=1),
        out_of=frozenset(
            tuple(words.split()) for tongue in spoken for words in written["out_of"].get(tongue, "").split(",") if words
        ),
    )


def _counted(written: Mapping[str, str], spoken: Mapping[str, None], since: int) -> dict[str, int]:
    """Words to numbers; where two languages have the same word, the question's own counts."""
    found: dict[str, int] = {}
    for language in spoken:
        for number, words in enumerate(written.get(language, "").split(","), since):
            for word in words.split():
                found.setdefault(word, number)
    return found
