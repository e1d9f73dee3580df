"""Whose a text from a phone is, when several advertisers may have written to it. Pure.

A text is addressed to a number. It reaches nobody but an advertiser whose number that is, or who wrote from it: the
owner of a keyword number, the one whose brand it names, whose SMS came last from there, and where none is remembered
the one that owns the number and knows the person. A number that is none of theirs and of nobody else takes answers to
SMS that came from a name. A STOP goes to everyone who may be meant, also where the text itself is kept apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import MINUTE
from chalicelib.storage.ledger import EVERYONE

How = Literal["keyword_number", "brand", "number", "owner", "last", "nobody"]
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
class Owner:
    """An advertiser that has the number as a sender of its own, verified by the operator."""

    advertiser: str
    knows: bool
    """Whether it may ever have written to the person: it has the contact, or a conversation."""
    talked_at: int = 0
    """When the last word of their conversation was said; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a text was written to."""

    advertiser: str | None
    """None: the number is of nobody who has written to this phone."""
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
        return self.how in ("keyword_number", "brand", "number", "owner")


def whose(
    text: str,
    number: str,
    at: int,
    *,
    keyword: str | None,
    owners: Sequence[Owner],
    spoke: Sequence[Spoke],
    brands: Mapping[str, str],
) -> Whose:
    """Whose a text of `at` to `number` (digits; empty for a name, or where it was not told) is.

    `keyword` is the advertiser of a keyword number, `owners` are those of a sender; `brands` are the names of them all,
    and of those who spoke.
    """
    had_come = [sms for sms in spoke if sms.at <= at + CLOCKS_APART]
    from_it = [sms for sms in had_come if number and sms.number == number]
    from_a_name = [sms for sms in had_come if sms.number is None]
    own = [owner for owner in owners if owner.knows or any(sms.advertiser == owner.advertiser for sms in had_come)]
    its = {sms.advertiser for sms in from_it} | {owner.advertiser for owner in own} | ({keyword} if keyword else set())
    anywhere = [] if its or owners else (from_a_name if number else had_come)
    reached = its or {sms.advertiser for sms in anywhere}
    named, rest = _named(
        text, {advertiser: brands[advertiser] for advertiser in sorted(reached) if advertiser in brands}
    )
    if named:
        return Whose(named, "brand", _last_of(named, had_come), frozenset((named,)), rest)
    if keyword:
        return Whose(keyword, "keyword_number", _last_of(keyword, had_come), frozenset((keyword,)), text)
    meant = frozenset(reached | {sms.advertiser for sms in from_a_name})
    if last := max(from_it or anywhere, key=lambda sms: sms.at, default=None):
        return Whose(last.advertiser, "number" if number else "last", last.message, meant, text)
    if owner := _talked_last(own, had_come):
        return Whose(owner, "owner", _last_of(owner, had_come), meant, text)
    everyone_who_wrote = meant | {sms.advertiser for sms in had_come}
    return Whose(None, "nobody", stops=everyone_who_wrote or frozenset((EVERYONE,)), text=text)


def _talked_last(owners: Sequence[Owner], had_come: Iterable[Spoke]) -> str | None:
    """The one owner of a number; of several that share it the one that was talked with last, if any was."""
    if len(owners) == 1:
        return owners[0].advertiser
    talked = [(owner.talked_at, owner.advertiser) for owner in owners if owner.talked_at]
    mine = {owner.advertiser for owner in owners}
    talked += [(sms.at, sms.advertiser) for sms in had_come if sms.advertiser in mine]
    return max(talked)[1] if talked else None


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
