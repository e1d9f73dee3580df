"""Whose a text from a phone is, when several advertisers may have written to it. Pure.

A text belongs to the owner of the keyword number that it was written to; else to the advertiser whose brand it names;
else to whose SMS came last from that number, and last of all from any. A STOP goes to everyone who may be meant: one
that names nobody is said to all that have written to this phone from that number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import MINUTE
from chalicelib.storage.ledgers import EVERYONE

How = Literal["keyword_number", "brand", "number", "last", "nobody"]
CLOCKS_APART = MINUTE
"""How far a provider's clock may lag behind ours: an SMS that came later cannot have been answered."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Spoke:
    """One SMS that the person was sent."""

    advertiser: str
    message: str
    at: int
    number: str | None
    """The digits of what it came from; None for a name, or where that is not known: it may be answered anywhere."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a text was written to."""

    advertiser: str | None
    """None: nobody has written to this phone, and the number is nobody's."""
    how: How
    message: str | None = None
    """The advertiser's last SMS to the person: what the text answers."""
    stops: frozenset[str] = frozenset((EVERYONE,))
    """Whom a STOP is said to."""
    text: str = ""
    """Without the brand that it begins or ends with."""

    @property
    def concerns_number(self) -> bool:
        """Whether the number that was written to is known to be the advertiser's."""
        return self.how in ("keyword_number", "brand", "number")


def whose(
    text: str, number: str, at: int, *, owner: str | None, spoke: Sequence[Spoke], brands: Mapping[str, str]
) -> Whose:
    """Whose a text of `at` to `number` (digits; empty for a name) is.

    `owner` is the advertiser of a keyword number; `brands` are the names of those who spoke, and of the owner.
    """
    had_come = [sms for sms in spoke if sms.at <= at + CLOCKS_APART]
    from_number = [sms for sms in had_come if sms.number in (None, number)]
    candidates = from_number or had_come
    meant = {sms.advertiser for sms in candidates} | ({owner} if owner else set())
    named, rest = _named(text, {advertiser: brands[advertiser] for advertiser in sorted(meant) if advertiser in brands})
    if named:
        return Whose(named, "brand", _last_of(named, had_come), frozenset((named,)), rest)
    if owner:
        return Whose(owner, "keyword_number", _last_of(owner, had_come), frozenset((owner,)), text)
    if not candidates:
        return Whose(None, "nobody", text=text)
    last = max(candidates, key=lambda sms: sms.at)
    return Whose(last.advertiser, "number" if from_number else "last", last.message, frozenset(meant), text)


def _last_of(advertiser: str, spoke: Iterable[Spoke]) -> str | None:
    last = max((sms for sms in spoke if sms.advertiser == advertiser), key=lambda sms: sms.at, default=None)
    return last.message if last else None


def _named(text: str, brands: Mapping[str, str]) -> tuple[str | None, str]:
    """The one advertiser whose brand a text begins or ends with, and the rest; a brand alone is the whole text."""
    words = [(_plain(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]
    found: dict[str, str] = {}
    for advertiser, brand in brands.items():
        name = [_plain(word) for word in _WORD.findall(brand)]
        if not name:
            continue
        if [word for word, _, _ in words[: len(name)]] == name:
            found[advertiser] = text[words[len(name) - 1][2] :]
        elif [word for word, _, _ in words[-len(name) :]] == name:
            found[advertiser] = text[: words[-len(name)][1]]
    if len(found) != 1:
        return None, text
    ((advertiser, rest),) = found.items()
    return advertiser, rest.strip(" \t\n,:;.-–") or text


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
