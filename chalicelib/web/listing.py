"""What a list may be asked for, and how its pages are told: `?limit=`, `?after=`, and a `next` to go on with."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, get_args

from chalice.app import Blueprint, Response

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.codec import Item
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.keys import Listing
from chalicelib.web.admin_requests import answer
from chalicelib.web.described import text
from chalicelib.web.views import parameter
from chalicelib.wiring import services

BETWEEN = {
    "since": text("From this moment on: ISO 8601 with a zone, or epoch milliseconds"),
    "until": text("Before this moment"),
}
_USUAL, _MOST = 50, 200
_LIMIT = re.compile(r"[1-9][0-9]{0,2}")
_MOMENT = re.compile(r"[0-9]{1,15}")
_PLACE = re.compile(r"[!-~]{1,400}")
_NAME = re.compile(r".{1,400}", re.DOTALL)
SHARD_PLACE = re.compile(r"[0-9]{1,2}\..{1,300}", re.DOTALL)
"""A place in a list that is kept in shards: which, and behind what."""
ROSTER_PLACE = re.compile(r"(1[0-5]|[0-9])\.[0-9a-f]{40,64}")
"""A place in a base: which shard of its roster, and behind whom."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
YES_NO = {"true": True, "false": False}
T = TypeVar("T")
MOST_IN_A_BATCH = 100
"""What one call reads by keys: pages of lists that are put together so are no longer."""


def page_asked(routes: Blueprint, places: re.Pattern[str] = _PLACE, most: int = _MOST) -> tuple[str, int]:
    """Behind which place a page begins (empty: at the list's beginning), and its length; raises InvalidInput."""
    after, limit = parameter(routes, "after", ""), parameter(routes, "limit", str(_USUAL))
    if not _LIMIT.fullmatch(limit) or int(limit) > most:
        raise InvalidInput([FieldError("limit", "range", f"a whole number from 1 to {most}")])
    return _place(after, places) if after else "", int(limit)


def page_of_list(routes: Blueprint, listing: Listing, owner: str) -> tuple[list[Item], str | None]:
    """The page that is asked for of a list that nothing narrows, and the place to go on behind; raises InvalidInput."""
    after, limit = page_asked(routes)
    return services().lists.page(listing, owner, limit, after=after)


def part_asked(routes: Blueprint, things: Iterable[T], name: Callable[[T], str]) -> tuple[list[T], str | None]:
    """The page that is asked for of what people write by hand: it is read whole, and told in the order of its names."""
    after, limit = page_asked(routes, _NAME)
    behind = sorted((one for one in things if name(one) > after), key=name)
    return behind[:limit], name(behind[limit - 1]) if len(behind) > limit else None


def page_of(name: str, things: Sequence[Any], following: str | None, **more: Any) -> Response:
    """A page as it is answered, with `next`: what the next one is asked for by; null behind the last."""
    return answer({name: things, "next": cursor(following) if following else None} | more)


def moment_asked(routes: Blueprint, name: str) -> int | None:
    """A moment (epoch ms) that a list is narrowed to, if one is told: in milliseconds or ISO 8601."""
    asked = parameter(routes, name, "")
    if not asked:
        return None
    if _MOMENT.fullmatch(asked):
        return int(asked)
    try:
        told = datetime.fromisoformat(
            asked.replace(" ", "+")
        )  # A plus in an address is a space, unless it was escaped.
        if told.tzinfo is None:
            raise ValueError
        return max(0, int(told.timestamp() * SECOND))
    except (ValueError, OverflowError):
        raise InvalidInput([FieldError(name, "moment", "ISO 8601 with its zone, or epoch milliseconds")]) from None


def word_asked(routes: Blueprint, name: str, known: Iterable[str] = ()) -> str | None:
    """What a list is narrowed to, if anything; raises InvalidInput where it is none of what there is."""
    word = parameter(routes, name, "")
    if not word:
        return None
    words = tuple(known)
    if words and word not in words:
        raise InvalidInput([FieldError(name, "known", f"one of {', '.join(words)}")])
    if not _PLACE.fullmatch(word):
        raise InvalidInput([FieldError(name, "characters", "an id or a name, without spaces")])
    return word


def cursor(place: str) -> str:
    """A place in a list, as addresses carry it."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(given: str, places: re.Pattern[str]) -> str:
    try:
        place = urlsafe_b64decode((given + "=" * (-len(given) % 4)).encode()).decode()
    except ValueError:
        place = ""
    if not places.fullmatch(place):
        raise InvalidInput([FieldError("after", "place", "the `next` of the page before")])
    return place
