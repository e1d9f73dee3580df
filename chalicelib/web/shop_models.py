"""The body that registers a shop platform for a site."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.storage.shop_sources import Completed, Kind
from chalicelib.web.body import Body, Name


class NewShop(Body):
    """A shop that will send its webhooks."""

    kind: Kind
    secret: Annotated[str, StringConstraints(strip_whitespace=True, min_length=16, max_length=200)] | None = None
    """What the platform signs with: Shopify's own, shown beside its webhooks; for the others one is made."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    wording: Name | None = None
    """Version of the text beside the checkout's SMS box. Without it the box counts for nothing."""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)] | None = None
    """That text; it may be left out where the wording is registered."""
    completed: Completed = "shipped"
    """WooCommerce: what the shop means by `completed`."""
