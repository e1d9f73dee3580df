"""Which of a person's orders is asked after, and what there is to tell of it (R4). Pure.

Only the person's own orders are ever looked at: a number that is none of theirs is nobody's, whoever's it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.messaging.words import plain
from chalicelib.storage.ordered import Ordered

_LIFE = (
    *("created", "unpaid", "on_hold", "paid", "shipped", "out_for_delivery", "delivered"),
    *("complaint_opened", "complaint_closed", "return_opened", "returned", "cancelled", "refunded"),
)
"""Of two that are told for one moment, the later one of these counts."""
OVER = frozenset({"delivered", "cancelled", "refunded", "complaint_closed"})
"""Nothing more is waited for."""
MOST_TOLD = 2
_NUMBER = re.compile(r"[a-z]{0,6}[-_]?\d[\d-]{4,}")
"""What looks like an order's number by itself: five figures or more."""
_NAMED = re.compile(
    r"(?:\bcommande|\border|\bcmd|\bn[o°]|\bnumero|\bnumber|\bref(?:erence)?|#)[\s:.#n°o]*([a-z]{0,6}-?\d[\w-]{2,})"
)
_ASKED_OF: Mapping[str, re.Pattern[str]] = {
    "complaint": re.compile(r"\b(?:reclam\w+|plainte|litige|complain\w*|claim)\b"),
    "return": re.compile(r"\b(?:retours?|renvo\w+|returns?|returned|sent back)\b"),
    "refund": re.compile(r"\b(?:rembours\w+|refund\w*|money back)\b"),
}
_STATUSES_OF: Mapping[str, tuple[str, ...]] = {
    "complaint": ("complaint_opened", "complaint_closed"),
    "return": ("return_opened", "returned", "refunded"),
    "refund": ("refunded", "return_opened", "returned"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What can be told of one order."""

    number: str
    """As its buyer knows it."""
    status: str
    at: int
    """Since when (epoch ms)."""
    tracking_url: str | None = None


NoNews = Literal["unknown_order", "which_order"]
"""None of the person's orders is known, or that one is not; there are too many to tell all."""


def asked_for(text: str, orders: Sequence[Ordered]) -> tuple[Told, ...] | NoNews:
    """What to tell who asks: of the orders that are named, else of those that are on their way, else of the newest.

    Two at most; where more are on their way, which one is meant has to be asked.
    """
    said = plain(text)
    known = sorted((order for order in orders if order.news.statuses), key=_newest, reverse=True)
    if named := [order for order in known if _names(said, order)]:
        return tuple(_told(order, said) for order in named[:MOST_TOLD])
    if not known or names_one(text):
        return "unknown_order"
    wanted = _wanted(said)
    concerned = [order for order in known if wanted & order.news.statuses.keys()]
    waited_for = concerned or [order for order in known if _status(order)[0] not in OVER]
    if len(waited_for) > MOST_TOLD:
        return "which_order"
    return tuple(_told(order, said) for order in waited_for or known[:1])


def names_one(text: str) -> bool:
    """Whether a text names an order by its number, whoever's it is."""
    said = plain(text)
    return _NAMED.search(said) is not None or any(_NUMBER.fullmatch(word.strip(".,;:!?#")) for word in said.split())


def is_only_a_number(text: str, orders: Sequence[Ordered]) -> bool:
    """Whether a text is the number of one of these orders and little else: the answer to which one was meant."""
    said = plain(text)
    return len(said.split()) <= 5 and any(_names(said, order) for order in orders)


def _names(said: str, order: Ordered) -> bool:
    return any(_is_in(said, number) for number in (order.news.number, order.order) if number)


def _is_in(said: str, number: str) -> bool:
    """Whether a number stands in a text, with other signs between its letters and figures or with none."""
    signs = [sign for sign in plain(number) if sign.isalnum()]
    if len(signs) < 3:
        return False
    between = r"[\W_]?".join(map(re.escape, signs))
    return re.search(rf"(?<![^\W_]){between}(?![^\W_])", said) is not None


def _wanted(said: str) -> frozenset[str]:
    """The statuses that a text asks for by a word."""
    asked = (name for name, words in _ASKED_OF.items() if words.search(said))
    return frozenset(status for name in asked for status in _STATUSES_OF[name])


def _told(order: Ordered, said: str) -> Told:
    wanted = _wanted(said)
    status, at = _status(order, wanted & order.news.statuses.keys())
    return Told(order.news.number or order.order, status, at, order.news.tracking_url)


def _status(order: Ordered, of: frozenset[str] = frozenset()) -> tuple[str, int]:
    """The newest status, of those that are asked for where there are any; and since when it holds."""
    known = [(at, _LIFE.index(name), name) for name, at in order.news.statuses.items() if name in _LIFE]
    at, _, name = max(one for one in known if not of or one[2] in of)
    return name, at


def _newest(order: Ordered) -> tuple[int, str]:
    return max(order.at, *order.news.statuses.values()), order.order
