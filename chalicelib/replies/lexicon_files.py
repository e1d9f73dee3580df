"""The words that a reply is read by: `lexicon/*.toml`, a file a language, and `common.toml` for what all share.

A file's entries are regular expressions over undressed text (replies/undressing.py). `{name}` in one is put in from the
file's `[parts]`, or from those of `common.toml`. Each entry is bounded by what is no word character. A group
repeats a few times at most (`{0,4}`), never without end: whoever writes a long text could stop the reading.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.replies.sounding import sound

_FILES = Path(__file__).with_name("lexicon")
_COMMON = "common"
_NO_TABLES = frozenset(("parts", "spelling", "heard", "emoji", "misspelling"))
_WORD = re.compile(r"(?<![a-z\\])[a-z]{4,}(?![a-z\\?(\[])")
_PART = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where something is sought: a table's pattern, of one language."""

    pattern: re.Pattern[str]
    language: str | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the files say, ready to search with."""

    emoji: Mapping[str, str]
    """A character, and the word that it stands for."""
    spelling: Mapping[str, str]
    """A word as it is abbreviated, and as it is meant."""
    by_sound: Mapping[str, str]
    """Words by what is heard of them (replies/sounding.py)."""
    known: frozenset[str]
    """Words that are no misspelling of these."""
    ends: re.Pattern[str]
    """Where a signature or a quoted message begins, in the text as it was written."""
    meant: frozenset[str]
    """The words that say STOP, of which a misspelling is known."""
    real: frozenset[str]
    """Words that are near to one of them, and mean something else."""
    tables: Mapping[str, tuple[Entry, ...]]
    """`stop.certain`, `problem.sure`…: the entries of each language."""

    def find(self, table: str, flat: str) -> Iterator[tuple[int, int, str | None]]:
        """Where a table's words stand in a text: start, end and language."""
        for entry in self.tables.get(table, ()):
            for found in entry.pattern.finditer(flat):
                yield found.start(), found.end(), entry.language

    def fills(self, table: str, flat: str) -> str | None:
        """The language of a table whose words are all that the text has; None where there is more to it."""
        entries = self.tables.get(table, ())
        language = next((entry.language or "" for entry in entries if entry.pattern.fullmatch(flat)), None)
        if language is not None:
            return language
        for entry in entries:
            flat, found = entry.pattern.subn(" ", flat)
            if found:
                language = language or entry.language or ""
        return None if flat.strip() else language

    def without(self, table: str, flat: str) -> str:
        """The text without a table's words."""
        for entry in self.tables.get(table, ()):
            flat = entry.pattern.sub(" ", flat)
        return " ".join(flat.split())

    def language(self, flat: str) -> str | None:
        """The language that most of the text's words are of, where one has more than any other."""
        counts = Counter(language for _, _, language in self.find("language.words", flat))
        ranked = counts.most_common(2)
        return ranked[0][0] if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) else None


@cache
def lexicon() -> Lexicon:
    """The files, read and compiled when they are first needed."""
    written = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FILES.glob("*.toml"))}
    common = written[_COMMON]
    tables: dict[str, list[Entry]] = {}
    spelling: dict[str, str] = {}
    heard: list[str] = []
    known: set[str] = set()
    for language, content in written.items():
        parts = {**common.get("parts", {}), **content.get("parts", {})}
        spelling |= content.get("spelling", {})
        heard += content.get("heard", {}).get("words", ())
        known.update(heard, content.get("heard", {}).get("others", ()))
        for table, entries in _lists(content):
            pattern = _pattern(entries, parts)
            known.update(_WORD.findall(" ".join((*entries, *parts.values()))))
            tables.setdefault(table, []).append(Entry(pattern, None if language == _COMMON else language))
    ends = "|".join(end for content in written.values() for end in content.get("ends", ()))
    return Lexicon(
        emoji={character: word for word, characters in common["emoji"].items() for character in characters},
        spelling=spelling,
        by_sound={sound(word): word for word in reversed(heard)},
        known=frozenset(known),
        ends=re.compile(rf"^\s*(?:{ends})", re.MULTILINE | re.IGNORECASE),
        meant=frozenset(common["misspelling"]["meant"]),
        real=frozenset(common["misspelling"]["real"]),
        tables={table: tuple(entries) for table, entries in tables.items()},
    )


def _lists(content: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    for name, value in content.items():
        if isinstance(value, Mapping) and name not in _NO_TABLES:
            for part, entries in value.items():
                yield f"{name}.{part}", entries


def _pattern(entries: Sequence[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    filled = [_filled(entry, parts) for entry in entries]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(filled, key=len, reverse=True))})(?!\w)")


def _filled(entry: str, parts: Mapping[str, str]) -> str:
    while named := _PART.search(entry):
        entry = entry.replace(named[0], f"(?:{parts[named[1]]})")
    return entry
