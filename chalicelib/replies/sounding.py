"""French words that are written as they are heard: paket, kestion, jadore. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        (r"ph", "f"),
        (r"ch", "x"),
        (r"qu|q|ck|c(?![eiy])", "k"),
        (r"c", "s"),
        (r"g(?=[eiy])", "j"),
        (r"eau|au", "o"),
        (r"ai|ei", "e"),
        (r"[ae][mn](?![aeiouymn])", "an"),
        (r"[mn](?=[bp])", "n"),
        (r"y", "i"),
        (r"z", "s"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
    )
)
_CUT_SHORT = re.compile(r"([jlmtsdn])([aehiou]\w{3,})")
_SHORTEST = 4


def sound(word: str) -> str:
    """What is heard of a French word in small letters without accents."""
    for written, heard in _HEARD:
        word = written.sub(heard, word)
    return word


def as_spelt(word: str, known: Collection[str], by_sound: Mapping[str, str]) -> str:
    """The word as it is spelt. `known` words are; others are what sounds alike, or "je", "me" and such with it."""
    if len(word) < _SHORTEST or word in known:
        return word
    if listed := by_sound.get(sound(word)):
        return listed
    if (glued := _CUT_SHORT.fullmatch(word)) and (rest := by_sound.get(sound(glued[2]))):
        return f"{glued[1]} {rest}"
    return word
