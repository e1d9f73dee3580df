"""Bodies and answers of sites in the admin API."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.advertisers import Site
from chalicelib.tracking.admission import origin_of
from chalicelib.units import Count, Moment
from chalicelib.web.body import Body, Name, example

_ORIGIN = re.compile(r"(?!http:.*:80$|https:.*:443$)https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?")


def _origin(text: str) -> str:
    origin = text.rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin) or origin_of(origin) != origin:
        raise ValueError("an origin is what browsers send: a scheme and a host, such as https://shop.example")
    return origin


Origin = Annotated[str, AfterValidator(_origin)]


class NewSite(Body):
    """A site to register."""

    model_config = example({"name": "Lumen", "origins": ["https://shop.example"]})

    name: Name
    origins: Annotated[list[Origin], Field(min_length=1, max_length=20)]
    demand_strong: bool = False
    sensitive_categories: Annotated[list[Name], Field(max_length=200)] | None = None
    """Categories of things of which nothing is kept, named or targeted; as they are where nothing is said."""


class SiteSettings(NewSite):
    """What a site's settings shall be."""

    model_config = example(
        {"name": "Lumen", "origins": ["https://shop.example"], "cart_url": "https://shop.example/cart/{items}"}
    )

    cart_url: Annotated[str, StringConstraints(max_length=500)] | None = None
    """The page on which a cart is there again, such as `https://shop.example/cart/{items}`; none if nothing is said."""
    network: bool | None = None
    """The service's own cookie across advertisers; as it is where nothing is said."""


class SiteTold(TypedDict):
    """A site with its settings, without its secret."""

    site: str
    advertiser: str
    name: str
    origins: list[str]
    """From which browser events are taken."""
    demand_strong: bool
    """Whether only strong evidence ties a browser to a contact."""
    network: bool
    """Whether its visitors may be asked for the service's own cookie."""
    sensitive_categories: list[str]
    cart_url: str | None


class SiteMade(SiteTold):
    """A site that was registered just now."""

    secret: str
    """For the site's back end; shown this once."""


class SiteListed(SiteTold):
    """A site in the list, with what came from it."""

    counts: dict[str, Count]
    """The last 24 hours' events by their names."""
    last_event_at: Moment | None
    """The beginning of the hour in which the newest came."""


def site_answer(site: Site) -> SiteTold:
    """A site as the API tells it."""
    return {
        "site": site.id,
        "advertiser": site.advertiser,
        "name": site.name,
        "origins": list(site.origins),
        "demand_strong": site.demand_strong,
        "network": site.network,
        "sensitive_categories": list(site.sensitive),
        "cart_url": site.cart_url,
    }
