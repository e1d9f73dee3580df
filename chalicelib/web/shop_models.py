"""Bodies and answers of shop platforms in the admin API."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.shop_sources import Completed, Kind, ShopSource
from chalicelib.units import Address, Country, Moment
from chalicelib.web.body import Body, Name, example
from chalicelib.web.key_models import Rotation

Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=16, max_length=200)]


class NewShop(Body):
    """A shop that will send its webhooks."""

    model_config = example({"kind": "prestashop"})

    kind: Kind
    secret: Secret | None = None
    """What the platform signs with: Shopify's own, shown beside its webhooks; for the others one is made."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    wording: Name | None = None
    """Version of the text beside the checkout's SMS box. Without it the box counts for nothing."""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)] | None = None
    """That text; it may be left out where the wording is registered."""
    completed: Completed = "shipped"
    """WooCommerce: what the shop means by `completed`."""


class ShopRotation(Rotation):
    """Another secret for a shop platform: Shopify's own, shown beside its webhooks; for the others one is made."""

    secret: Secret | None = None


class ShopMade(TypedDict):
    """A shop platform that was registered just now."""

    source: str
    kind: Kind
    url: Address
    """Where it sends its webhooks."""
    secret: NotRequired[str]
    """What it signs with, shown this once; not where it was told."""


class ShopTold(TypedDict):
    """A shop platform, without its secret."""

    source: str
    site: str
    kind: Kind
    url: Address
    """Where it sends its webhooks."""
    country: Country
    wording: str | None
    completed: Completed
    former_until: Moment | None
    """Until then the secret before is taken, too."""


def shop_answer(source: ShopSource, origin: str) -> ShopTold:
    """A source as the API tells it."""
    return {
        "source": source.id,
        "site": source.site,
        "kind": source.kind,
        "url": f"{origin}/hooks/shops/{source.id}",
        "country": source.country,
        "wording": source.wording,
        "completed": source.completed,
        "former_until": source.former_until or None,
    }
