"""Categories that an advertiser marks as sensitive, such as health or intimacy: never kept, named or targeted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from chalicelib.storage.events import Event

LEFT_OUT = "left_out"
"""The param that tells how many items were left out."""
_ABOUT_ITEMS = frozenset({"view_item", "add_to_cart", "remove_from_cart", "begin_checkout"})


def comparable(category: str) -> str:
    """A category as it is compared."""
    return " ".join(category.casefold().split())


def is_sensitive(category: str | None, marked: Collection[str]) -> bool:
    """Whether a category is one of those marked, as the shop writes them."""
    return category is not None and comparable(category) in {comparable(one) for one in marked}


def discreet(event: Event, marked: Collection[str]) -> Event:
    """The event without its items of `marked` categories (each `comparable`), and without its page if none is left."""
    items = event.params.get("items") or ()
    kept = [item for item in items if comparable(item.get("item_category") or "") not in marked]
    if len(kept) == len(items):
        return event
    params = {**event.params, "items": kept, LEFT_OUT: len(items) - len(kept)}
    if not kept:
        params = {name: value for name, value in params.items() if name not in ("items", "page_location")}
    return replace(event, params=params)


def says_nothing(event: Event) -> bool:
    """Whether all that an event was about has been left out. A purchase still ends a cart, and counts."""
    return event.name in _ABOUT_ITEMS and LEFT_OUT in event.params and "items" not in event.params
