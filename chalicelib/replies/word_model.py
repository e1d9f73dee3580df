"""What a reply's words and their pieces speak for: a linear model, for what the rules are not sure of.

It is learnt from the labelled replies of `corpus/` by `relance replies learn` (cli/reply_learning.py) and kept as
numbers, one row of weights for each bucket that a word, two or three words in a row, or a piece of a word falls into.
So it is as explainable as a rule: the words that weighed most are named.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

BUCKETS = 1 << 16
Label = Literal["stop", "opt_in", "positive", "problem", "question", "order_status", "survey", "other"]
LABELS: tuple[Label, ...] = get_args(Label)
FILE = Path(__file__).parent / "word_model.bin"
_LONGEST = 600
_MOST_WORDS = 120
_WORD = re.compile(r"[^\W_]+|[?!]")
_NUMBER = re.compile(r"\d{3,}")
_NAMED = 3
_HEADER = 4 * len(LABELS) * 2 + 4
Rarity = Mapping[int, float] | Sequence[float]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How much speaks for each label, in shares of 1."""

    shares: Mapping[Label, float]
    words: tuple[str, ...]
    """Those that weighed most for the likeliest."""

    @property
    def stop(self) -> float:
        """The share of STOP."""
        return self.shares["stop"]

    @property
    def about(self) -> Label:
        """The likeliest label of a reply that is no STOP."""
        return max(LABELS[1:], key=lambda label: self.shares[label])


def features(flat: str, rarity: Rarity | None = None) -> dict[int, float]:
    """The buckets of a text (replies/undressing.py, `flat`) with their values: rarer ones count for more."""
    found: dict[int, float] = {}
    words = _words(flat)
    for names in (_phrases(words), [piece for word in words for piece in _pieces(word)]):
        counts = Counter(_bucket(name) for name in names)
        values = {one: (1 + math.log(n)) * (rarity[one] if rarity else 1.0) for one, n in counts.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        for one, value in values.items():
            found[one] = found.get(one, 0.0) + value / length
    return found


class WordModel:
    """The numbers, as `pack` wrote them."""

    def __init__(self, packed: bytes) -> None:
        data = zlib.decompress(packed)
        numbers = memoryview(data[:_HEADER]).cast("f")
        count = len(LABELS)
        self._scales, self._base, top = numbers[:count], numbers[count : 2 * count], numbers[2 * count]
        self._rarity = [byte * top / 255 for byte in data[_HEADER : _HEADER + BUCKETS]]
        self._weights = memoryview(data[_HEADER + BUCKETS :]).cast("b")

    def weigh(self, flat: str) -> Weighed:
        """What a text speaks for."""
        found = features(flat, self._rarity)
        sums = [base + self._sum(found.items(), place) for place, base in enumerate(self._base)]
        top = max(sums)
        powers = [math.exp(value - top) for value in sums]
        shares = dict(zip(LABELS, (power / sum(powers) for power in powers), strict=True))
        return Weighed(shares, self._named(flat, found, max(range(len(LABELS)), key=sums.__getitem__)))

    def _sum(self, found: Iterable[tuple[int, float]], place: int) -> float:
        weights, width = self._weights, len(LABELS)
        return self._scales[place] * sum(value * weights[one * width + place] for one, value in found)

    def _named(self, flat: str, found: Mapping[int, float], place: int) -> tuple[str, ...]:
        def weight(word: str) -> float:
            parts = {_bucket(word), *map(_bucket, _pieces(word))}
            return self._sum(((one, found.get(one, 0.0)) for one in parts), place)

        ranked = sorted(dict.fromkeys(_words(flat)), key=weight, reverse=True)[:_NAMED]
        return tuple(word for word in ranked if weight(word) > 0)


def pack(rarity: Sequence[float], weights: Sequence[Sequence[float]], base: Sequence[float]) -> bytes:
    """The model's file: `weights` has a row for each label, of `BUCKETS` numbers."""
    from array import array

    top = max(rarity)
    scales = [max(map(abs, row)) / 127 or 1.0 for row in weights]
    rows = bytes(
        round(weights[place][one] / scales[place]) & 0xFF for one in range(BUCKETS) for place in range(len(LABELS))
    )
    header = array("f", [*scales, *base, top]).tobytes()
    return zlib.compress(header + bytes(round(value / top * 255) for value in rarity) + rows, 9)


@cache
def word_model() -> WordModel:
    """The model as it was learnt last, read once."""
    return WordModel(FILE.read_bytes())


def _words(flat: str) -> list[str]:
    return _WORD.findall(_NUMBER.sub("000", flat)[:_LONGEST])[:_MOST_WORDS]


def _phrases(words: list[str]) -> list[str]:
    said = [" ".join(words[start : start + n]) for n in (1, 2, 3) for start in range(len(words) - n + 1)]
    ends = [f"^{words[0]}", f"{words[-1]}$"] if words else []
    return [*said, *ends, f"#{min(len(words), 12)}"]


def _pieces(word: str) -> list[str]:
    padded = f" {word} "
    return [f"~{padded[start : start + n]}" for n in (2, 3, 4, 5) for start in range(len(padded) - n + 1)]


def _bucket(name: str) -> int:
    return zlib.crc32(name.encode()) % BUCKETS
