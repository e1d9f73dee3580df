"""Whether two ids out of a shop's catalogue are of one product: a red bicycle and a blue one are the same bicycle."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARTS = re.compile(r"[-_.:/]+")
_VARIANT = re.compile(r" [-–—/|] |[,(]")
_FEWEST_PARTS = 3
"""Of ids that differ in their last part only: `bike-city-red` and `bike-city-blue`. `sku-17` and `sku-18` are two."""


def same_product(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any of these ids is of the same product as any of those.

    What the catalogue does not tell, the ids do: one that goes on where the other ends, such as `bike` and `bike-red`,
    and two of at least three parts that differ in the last one. Too much is held to be the same rather than too little:
    who bought the bicycle is never offered the bicycle.
    """
    known = [_parts(one) for one in others]
    return any(_same(_parts(one), other) for one in some for other in known)


def same_name(name: str, others: Iterable[str]) -> bool:
    """Whether a product is called as one of those, but for what tells variants apart: `City bike - red`."""
    return _plain(name) in {_plain(other) for other in others}


def _plain(name: str) -> str:
    return " ".join(_VARIANT.split(name.casefold(), maxsplit=1)[0].split())


def _parts(item: str) -> list[str]:
    return _PARTS.split(item.casefold())


def _same(one: list[str], other: list[str]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if longer[: len(shorter)] == shorter:
        return True
    return len(one) == len(other) >= _FEWEST_PARTS and one[:-1] == other[:-1]
