"""STOP with a slip of the finger, and the words that it must not be taken for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_LEET = str.maketrans("015$", "oiss")
_SHORTEST_CHANGED = 4


def misspelt(words: Sequence[str], meant: Collection[str], real: Collection[str]) -> bool | None:
    """True where one of few words surely is one of the meant, misspelt; False where it may be; None where none is.

    `real` are words that are near to them and are meant themselves.
    """
    best: bool | None = None
    for word in words:
        plain = word.translate(_LEET)
        if plain in real or word in meant:
            continue
        for wanted in meant:
            if plain == wanted or _slipped(plain, wanted):
                return True
            if len(words) == 1 and len(plain) >= _SHORTEST_CHANGED and _one_off(plain, wanted):
                best = False
    return best


def _slipped(word: str, meant: str) -> bool:
    """Two neighbours swapped, or a letter doubled."""
    if len(word) == len(meant):
        unlike = [i for i, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
        first = unlike[0] if unlike else 0
        return (
            len(unlike) == 2
            and unlike[1] == first + 1
            and word[first] == meant[first + 1]
            and word[first + 1] == meant[first]
        )
    return len(word) == len(meant) + 1 and any(word == meant[: i + 1] + meant[i:] for i in range(len(meant)))


def _one_off(word: str, meant: str) -> bool:
    """A letter changed, added or left out."""
    if abs(len(word) - len(meant)) > 1:
        return False
    begin = 0
    while begin < min(len(word), len(meant)) and word[begin] == meant[begin]:
        begin += 1
    longer = len(word) - len(meant)
    return word[begin + (longer >= 0) :] == meant[begin + (longer <= 0) :]
