"""The link of an abandoned cart fills it anew, and never leads off the shop."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from chalicelib.clock import HOUR
from chalicelib.errors import InvalidInput
from chalicelib.links.targets import rules_for
from chalicelib.messaging.cart_link import cart_pages, check_cart_url
from chalicelib.storage.carts import Browsing, Contents, Line
from chalicelib.storage.events import Event
from chalicelib.tracking import carts
from tests.support.shop import CAMILLE, ORIGIN, PAGE, Shop, hashed, visitor_id
from tests.support.stream import Stream
from tests.support.world import NOON

IDS = {"phone_sha256": hashed(CAMILLE)}
LAMPS = {"items": [{"item_id": "lune", "item_name": "Lampe Lune", "price": 80, "quantity": 2}], "currency": "EUR"}
READY = f"{ORIGIN}/cart/lune:2"


def link_of_a_cart(shop: Shop, stream: Stream, page: str | None, *, caller: Any = None) -> str:
    """Where the SMS leads, after a checkout was begun as `caller` tells."""
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "add_to_cart", ids=IDS, params=LAMPS | {"page_location": PAGE})
    stream.follow()
    if page:
        told = LAMPS | {"page_location": page}
        shop.tell(visitor, "begin_checkout", ids=IDS, params=told, caller=caller or shop.server)
        stream.follow()
    shop.world.clock.advance(HOUR)
    shop.world.work()
    (link,) = shop.world.links()
    return link.target


def with_cart_url(shop: Shop, cart_url: str = f"{ORIGIN}/panier?articles={{items}}&vue=sms") -> None:
    shop.site = replace(shop.site, cart_url=cart_url)
    shop.world.services.advertisers.save_site(shop.site)


def test_it_leads_to_the_cart_that_the_back_end_has_ready(shop: Shop, stream: Stream) -> None:
    with_cart_url(shop)
    assert link_of_a_cart(shop, stream, READY) == READY


def test_a_browsers_checkout_is_empty_on_a_phone(shop: Shop, stream: Stream) -> None:
    assert link_of_a_cart(shop, stream, f"{ORIGIN}/checkout", caller=shop.browser) == PAGE


def test_it_leads_to_the_sites_own_address_for_a_cart(shop: Shop, stream: Stream) -> None:
    with_cart_url(shop)
    assert link_of_a_cart(shop, stream, None) == f"{ORIGIN}/panier?articles=lune:2&vue=sms"


@pytest.mark.parametrize(
    "page", ["https://evil.example/cart", "https://shop.example.evil.example/", "http://shop.example/c"]
)
def test_it_never_leads_off_the_shop(shop: Shop, stream: Stream, page: str) -> None:
    assert link_of_a_cart(shop, stream, page) == PAGE


def test_an_address_that_left_the_shop_since_is_not_followed(shop: Shop, stream: Stream) -> None:
    """The site's origins were changed after its cart's address was saved."""
    with_cart_url(shop, "https://old.example/cart/{items}")
    assert link_of_a_cart(shop, stream, None) == PAGE


def test_an_id_cannot_break_out_of_its_place() -> None:
    cart = Contents((Line("a/../b:9", 0, quantity=3), Line("c", 0)))
    assert list(cart_pages(cart, f"{ORIGIN}/cart/{{items}}")) == [f"{ORIGIN}/cart/a%2F..%2Fb%3A9:3,c:1"]
    assert list(cart_pages(Contents(), f"{ORIGIN}/cart/{{items}}")) == []


@pytest.mark.parametrize(
    ("cart_url", "rule"),
    [
        (f"{ORIGIN}/cart", "items"),
        (f"{ORIGIN}/cart/{{items}}?again={{items}}", "items"),
        ("https://evil.example/cart/{items}", "not_registered"),
        ("https://{items}.shop.example/", "port"),
        ("javascript:alert({items})", "scheme"),
    ],
)
def test_a_sites_address_for_a_cart_is_one_of_its_pages(cart_url: str, rule: str) -> None:
    rules = rules_for("https://r.example")
    with pytest.raises(InvalidInput) as refused:
        check_cart_url(cart_url, [ORIGIN], rules)
    assert [(error.field, error.rule) for error in refused.value.errors] == [("cart_url", rule)]
    check_cart_url(f"{ORIGIN}/cart/{{items}}", [ORIGIN], rules)


def _event(name: str, minute: int, via: Any = "browser", page: str | None = None) -> Event:
    at, params = NOON + minute * 60_000, LAMPS | ({"page_location": page} if page else {})
    return Event("site", "visitor", name, f"{name}-{minute}", at, at, via, None, params=params)


def test_in_whatever_order_it_is_told() -> None:
    """The browser's word of the same checkout does not hide the back end's; what is put in later does."""
    told = [_event("add_to_cart", 0), _event("begin_checkout", 1, "server", READY), _event("begin_checkout", 2)]
    later = [*told, _event("add_to_cart", 3)]
    assert {_recovery(order) for order in permutations(told)} == {READY}
    assert {_recovery(order) for order in permutations(later)} == {None}


def _recovery(events: tuple[Event, ...]) -> str | None:
    browsing = Browsing()
    for event in events:
        browsing = carts.follow(browsing, event)
    assert browsing.cart is not None
    return browsing.cart.recovery
