"""The link of one message: where it leads, and under which names its clicks are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from chalicelib.links.targets import Rules, TargetRefused, check_target
from chalicelib.messaging.cart_link import cart_pages
from chalicelib.storage.advertisers import Site
from chalicelib.storage.links import Link
from chalicelib.storage.messages import Message

PROMO_CODE = "{code}"
"""Stands in a target for the message's promo code, such as in `https://shop.example/cart?promo={code}`."""


def with_code(target: str, code: str | None) -> str:
    """A target with the promo code in it, so that the shop's cart opens with the offer set already (J7)."""
    return target.replace(PROMO_CODE, quote(code or "", safe=""))


def personal_link(message: Message, site: Site | None, code: str, now: int, rules: Rules, target: str) -> Link:
    """To the product that the message is about; to `target` for a message that is about no site."""
    return Link(
        code=code,
        target=_landing_page(message, site, rules) if site else target,
        advertiser=message.advertiser,
        site=message.site or "",
        base=message.base,
        person=message.person,
        message=message.id,
        sent_at=now,
        utm={"source": "relance", "medium": "sms", "campaign": message.series},
    )


def _landing_page(message: Message, site: Site, rules: Rules) -> str:
    """The cart as it was left, the product's page, or the front page: the first that is a page of the site's.

    Browsers have named some of them, so each is looked at.
    """
    for page in _pages(message, site):
        with suppress(TargetRefused):
            return check_target(page, rules, site.origins)
    return f"{site.origins[0]}/"


def _pages(message: Message, site: Site) -> Iterator[str]:
    if message.cart:
        yield from cart_pages(message.cart, site.cart_url)
    if message.product and message.product.url:
        yield message.product.url
