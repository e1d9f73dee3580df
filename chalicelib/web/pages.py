"""The pages that people see, rendered from web/templates in the visitor's language, French or English."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""For pages without scripts, which is all but the phone simulator."""


def unsubscribe(accept_language: str, brand: str, *, done: bool) -> str:
    """The question before an unsubscription, or the confirmation after it."""
    return render("unsubscribe.html", accept_language, brand=brand, done=done)


def phone(accept_language: str, **conversation: Any) -> str:
    """The phone simulator."""
    return render("phone.html", accept_language, **conversation)


def console(accept_language: str, *, advertiser: object = None, **values: Any) -> str:
    """The console: its form, or an advertiser's day."""
    return render("console.html", accept_language, advertiser=advertiser, **values)


def render(template: str, accept_language: str, **values: Any) -> str:
    """A page in English where the browser asks for that first, else in French."""
    language = "en" if accept_language.strip().lower().startswith("en") else "fr"
    return _environment().get_template(template).render(language=language, **values)


@cache
def _environment() -> Environment:
    loader = PackageLoader("chalicelib.web", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
