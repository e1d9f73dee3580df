"""What a shop pastes to have the snippet, by platform, with its service and site put in (docs/shops.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from typing_extensions import TypedDict

Platform = Literal["html", "gtm", "shopify", "woocommerce", "prestashop"]
Tool = Literal["page", "axeptio", "didomi", "onetrust", "tarteaucitron", "tcf", "gcm", "shopify"]
"""What asks for consent: a tool (docs/consent-tools.md), or the page itself by `relance('consent', …)`."""
_FOLDER = Path(__file__).parent / "shop_code"
_FILES: dict[Platform, tuple[tuple[str, str], ...]] = {
    "html": (("snippet.html", "snippet.html"),),
    "gtm": (("gtm-snippet.html", "gtm-snippet.html"), ("gtm-ecommerce.html", "gtm-ecommerce.html")),
    "shopify": (("shopify-theme.liquid", "shopify-theme.liquid"),),
    "woocommerce": (("woocommerce.php", "wp-content/mu-plugins/relance.php"),),
    "prestashop": (("prestashop.php", "modules/relance/relance.php"),),
}
_BY_THE_PAGE = (("consent.html", "consent.html"),)
_VENDOR = ", vendor: 'relance'"
"""Didomi tells nothing of everybody at once."""
_SERVICE, _SITE = "https://your-service.example", "site_XXXXXXXXXXXXXXXXXXXXXXXXXX"
_WRITTEN = ("consent: 'gcm'", "RELANCE_CONSENT = 'axeptio'", "'consent' => 'tarteaucitron'")
"""Where the files name a tool."""


class Piece(TypedDict):
    """A piece of code, and where it goes."""

    file: str
    """Its name, or its path in the shop's own files."""
    code: str


def pieces(platform: Platform, tool: Tool, service: str, site: str) -> list[Piece]:
    """What to paste, in order. `tool` matters where the shop's own does not settle it: Shopify's is its banner."""
    files = _FILES[platform] + (_BY_THE_PAGE if tool == "page" and platform != "shopify" else ())
    return [
        {"file": place, "code": _filled((_FOLDER / name).read_text(encoding="utf-8"), tool, service, site)}
        for name, place in files
    ]


def _filled(code: str, tool: Tool, service: str, site: str) -> str:
    named = "" if tool == "page" else tool
    options = f", {{consent: '{tool}'{_VENDOR if tool == 'didomi' else ''}}}" if named else ""
    code = code.replace(_SERVICE, service).replace(_SITE, site).replace("/*options*/", options)
    for written in _WRITTEN:
        before, quote, _ = written.rpartition("'")[0].rpartition("'")
        code = code.replace(written, f"{before}{quote}{named}'")
    return code
