"""The page on which an abandoned cart is there again: as the shop's back end told, or the site's own address for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import quote

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.links.targets import Rules, TargetRefused, check_target
from chalicelib.storage.carts import Contents, Line

ITEMS = "{items}"
"""Stands in a site's `cart_url` for what was in the cart: `<id>:<quantity>`, separated by commas.

As Shopify's cart permalinks (`/cart/{items}`, https://shopify.dev/docs/apps/build/checkout/create-cart-permalinks) and
WooCommerce's checkout links (`/checkout-link/?products={items}`) have it.
"""
_ONE_OF_EACH = Contents((Line("a", 0), Line("b", 0)))


def cart_pages(cart: Contents, cart_url: str | None) -> Iterator[str]:
    """Where the cart can be found again, the best first. Whether a link may lead there is still to be checked."""
    if cart.recovery:
        yield cart.recovery
    if cart_url and cart.lines:
        yield cart_url.replace(ITEMS, ",".join(f"{quote(line.id, safe='')}:{line.quantity}" for line in cart.lines))


def check_cart_url(cart_url: str, origins: Collection[str], rules: Rules) -> None:
    """Raises InvalidInput where a filled cart cannot be at this address, or where it is none of the site's pages."""
    if cart_url.count(ITEMS) != 1:
        raise InvalidInput([FieldError("cart_url", "items", f"{ITEMS} stands once for what was in the cart")])
    try:
        for page in cart_pages(_ONE_OF_EACH, cart_url):
            check_target(page, rules, origins)
    except TargetRefused as refused:
        raise InvalidInput([FieldError("cart_url", refused.reason, str(refused))]) from None
