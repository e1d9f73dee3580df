"""The bounds of a share that was seen in a sample (Wilson's score interval; E. B. Wilson, JASA 22, 1927)."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959964
"""How many standard deviations hold 95 of a hundred."""


def wilson(number: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The bounds of a share that was seen `number` times of `of`, at 95 % unless `z` says otherwise."""
    seen, square = number / of, z * z
    middle = (seen + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(seen * (1 - seen) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)
