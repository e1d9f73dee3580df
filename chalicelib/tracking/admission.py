"""Who may send events for a site. One decision, asked at the door for `/e` and behind it for every event."""

from __future__ import annotations

import hmac
from typing import Literal
from urllib.parse import urlsplit

from chalicelib.storage.advertisers import Site, digest
from chalicelib.storage.events import Via

Drop = Literal[
    "gpc",
    "no_consent",
    "malformed",
    "unknown_site",
    "unregistered_origin",
    "server_only_event",
    "sensitive_category",
]
"""Why an event is not kept or not acted on. Each is counted under `drop.<reason>`."""


def origin_of(url: str) -> str | None:
    """The origin of a page's address (`https://shop.example`), or None. Hosts and schemes are lower-cased."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") and parts.netloc else None


def admit(site: Site | None, via: Via, origin: str | None, server_only: bool) -> Drop | None:
    """Why an event may not count for a site, or None. A back end has shown the site's secret; a browser, its origin."""
    if site is None:
        return "unknown_site"
    if via == "server":
        return None
    if origin is None or origin not in site.origins:
        return "unregistered_origin"
    if server_only:
        return "server_only_event"
    return None


def secret_matches(site: Site, secret: str, now: int) -> bool:
    """Whether a bearer token is the site's secret, or the one before as long as that is good."""
    told = digest(secret)
    if hmac.compare_digest(site.secret_hash, told):
        return True
    return now < site.former_until and hmac.compare_digest(site.former_hash, told)
