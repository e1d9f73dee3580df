"""Words that show what a text is (`words.toml`), and the spelling that they are sought in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

WordKind = Literal[
    "discount",
    "promo_code",
    "contest",
    "offer",
    "review",
    "salutation",
    "call",
    "invites_reply",
    "forbids_reply",
    "watched",
]

_APOSTROPHES = str.maketrans("'’‘ʼ`´", "      ")


def find(kind: WordKind, text: str) -> str | None:
    """The first words of a kind in a text that is `plain`, or None."""
    found = _patterns()[kind].search(text)
    return found[0] if found else None


def without(kind: WordKind, text: str) -> str:
    """The text without its words of a kind."""
    return _patterns()[kind].sub(" ", text)


def plain(text: str) -> str:
    """The text in small letters without accents, with a space for each apostrophe and one for several."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    kept = "".join(letter for letter in decomposed if unicodedata.category(letter) not in {"Mn", "Cf"})
    return " ".join(kept.split())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    written = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {kind: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") for kind, words in written.items()}
