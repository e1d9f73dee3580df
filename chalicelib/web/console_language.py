"""The console's language: what somebody has chosen in it, else what their browser likes better."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Literal

from chalice.app import Blueprint

from chalicelib.web.views import header

Language = Literal["fr", "en"]
_NAME = "console-language"
_YEAR_S = 365 * 24 * 3600


def language_of(routes: Blueprint) -> Language:
    """French or English."""
    from chalicelib.web import pages

    try:
        found = SimpleCookie(header(routes, "cookie")).get(_NAME)
    except CookieError:
        found = None
    if found and found.value in ("fr", "en"):
        return "en" if found.value == "en" else "fr"
    return pages.language_of(header(routes, "accept-language"))


def cookie(language: Language) -> str:
    """The Set-Cookie header of a choice."""
    return f"{_NAME}={language}; Path=/; Max-Age={_YEAR_S}; SameSite=Lax"
