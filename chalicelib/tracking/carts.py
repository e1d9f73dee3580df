"""What an event makes of a cart and of what was looked at: the same, in whatever order and however often events come.

An event's own time decides, which for a browser is its word within bounds (`events.browser_time`) and for anybody no
later than the acceptance. Of each thing that may be said of an item, the newest holds; a purchase ends what was said at
or before it. So a purchase that is told before the filling that it bought leaves no cart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace

from chalicelib.clock import DAY
from chalicelib.storage.carts import MOST_SAID, Browsing, How, Said, Viewed
from chalicelib.storage.events import Event

_MEANS: dict[str, How] = {
    "add_to_cart": "put_in",
    "begin_checkout": "checked_out",
    "remove_from_cart": "taken_out",
}


def follow(browsing: Browsing, event: Event) -> Browsing:
    """What a browser has done, with one event more."""
    at = min(event.time, event.received)
    purchased_at = max(browsing.purchased_at, at) if event.name == "purchase" else browsing.purchased_at
    said = [*browsing.said, *_said(event, at)]
    return Browsing(
        said=_newest(each for each in said if each.at > purchased_at),
        purchased_at=purchased_at,
        active_at=max(browsing.active_at, event.received),
        viewed=_longest(browsing.viewed, _view(event, at)),
    )


def worth_keeping(browsing: Browsing, known: Browsing) -> bool:
    """Whether there is more to store than the sign of a visitor without a cart, which nothing is counted from."""
    return browsing != known and (browsing.cart is not None or replace(browsing, active_at=known.active_at) != known)


def _said(event: Event, at: int) -> list[Said]:
    how = _MEANS.get(event.name)
    if how is None:
        return []
    params = event.params
    currency, page = params.get("currency"), params.get("page_location") if how == "put_in" else None
    items = [
        Said(
            how,
            item["item_id"],
            at,
            event.received,
            item.get("item_name"),
            item.get("price"),
            currency,
            item.get("quantity", 1),
            item.get("item_category"),
            page,
        )
        for item in params.get("items") or ()
    ]
    if how == "taken_out":
        return [Said(how, said.item, at, event.received) for said in items]
    # Checkout is begun with the whole cart, whatever it names; what was put in without a name is in it all the same.
    whole = Said(how, "", at, event.received, price_micro=params.get("value"), currency=currency)
    if how == "checked_out" and event.via == "server" and params.get("page_location"):
        # A back end links to the cart itself; a browser is at a checkout that is empty for any other one.
        items.append(Said("recoverable", "", at, event.received, url=params["page_location"]))
    return [*items, whole] if how == "checked_out" else items or [replace(whole, price_micro=None, currency=None)]


def _newest(said: Iterable[Said]) -> tuple[Said, ...]:
    """The newest of each kind for each item, of those the newest. One order for all, so that no two are equal."""
    kept: dict[tuple[str, str], Said] = {}
    for each in sorted(said, key=_order, reverse=True):
        kept.setdefault((each.item, each.how), each)
    return tuple(kept.values())[:MOST_SAID]


def _view(event: Event, at: int) -> Viewed | None:
    items = event.params.get("items") or ()
    if event.name != "view_item" or not items:
        return None
    first = items[0]
    page, dwell = event.params.get("page_location"), event.params.get("dwell_ms", 0)
    return Viewed(first["item_id"], at, dwell, first.get("item_name"), page, first.get("item_category"))


def _longest(*views: Viewed | None) -> Viewed | None:
    """A day is a day of UTC: what was looked at long ago does not outweigh today's for ever."""
    return max(
        filter(None, views),
        key=lambda view: (view.at // DAY, view.dwell_ms, view.at, *_comparable(view)),
        default=None,
    )


def _order(said: Said) -> tuple[object, ...]:
    return (said.at, *_comparable(said))


def _comparable(value: Said | Viewed) -> tuple[object, ...]:
    """A value's parts so that any two of a kind have an order: what is not known comes first."""
    return tuple((part is not None, part if part is not None else 0) for part in astuple(value))
