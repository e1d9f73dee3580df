"""The pages that people see, rendered from web/templates in the visitor's language, French or English."""

from __future__ import annotations

import re
import time
from functools import cache
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""For pages without scripts, which is all but the phone simulator."""
_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_WEIGHT = re.compile(r"[01](?:\.[0-9]{0,3})?")


def phone(accept_language: str, **conversation: Any) -> str:
    """The phone simulator."""
    return render("phone.html", accept_language, **conversation)


def render(template: str, accept_language: str, **values: Any) -> str:
    """A page in English where the browser asks for that first, else in French."""
    return in_language(template, language_of(accept_language), **values)


def in_language(template: str, language: Literal["fr", "en"], **values: Any) -> str:
    """A page in a language that was chosen."""
    return (
        _environment()
        .get_template(template)
        .render(language=language, say=lambda french, english: english if language == "en" else french, **values)
    )


def language_of(accept_language: str) -> Literal["fr", "en"]:
    """French or English, whichever the browser likes better (RFC 9110, 12.5.4); French where it names neither."""
    liked: dict[str, float] = {}
    for part in accept_language.lower().split(","):
        tag, _, weight = part.replace(" ", "").partition(";q=")
        language = tag.partition("-")[0]
        if language in ("fr", "en") and _WEIGHT.fullmatch(weight or "1"):
            liked[language] = max(liked.get(language, 0), float(weight or 1))
    # Of equals, the one that is named first.
    best = max(liked, key=lambda language: liked[language], default="fr")
    return "en" if best == "en" and liked["en"] > 0 else "fr"


def moment(at: int, language: str) -> str:
    """A moment (epoch ms) in words. In UTC, and it says so: whose zone a phone is in is not known here."""
    written = time.gmtime(at // 1000)
    return time.strftime("%d/%m/%Y %H:%M UTC" if language == "fr" else "%Y-%m-%d %H:%M UTC", written)


def moment_in(zone: str, at: int, language: str) -> str:
    """A moment (epoch ms) by the clock of an IANA zone, which is named by its city: `26 Nov 2026, 12:26 (Paris)`."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    there = datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(zone))
    month = _MONTHS["fr" if language == "fr" else "en"][there.month - 1]
    return f"{there.day} {month} {there:%Y, %H:%M} ({zone.rpartition('/')[2].replace('_', ' ')})"


@pass_context
def _moment(context: Context, at: int, language: str) -> str:
    """In the page's zone where it has one."""
    zone = context.get("zone")
    return moment_in(zone, at, language) if zone else moment(at, language)


def iso(at: int) -> str:
    """A moment (epoch ms) as scripts read it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at // 1000))


def duration(ms: int) -> str:
    """A time (ms) in the largest unit that tells it."""
    seconds = ms // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def ago(at: int, now: int, language: str) -> str:
    """How long before `now` a moment was, both epoch ms."""
    gone = max(0, now - at)
    days = gone // 86_400_000
    told = duration(gone) if days < 2 else f"{days} {'j' if language == 'fr' else 'd'}"
    return f"il y a {told}" if language == "fr" else f"{told} ago"


@cache
def _environment() -> Environment:
    loader = PackageLoader("chalicelib.web", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"moment": _moment, "iso": iso, "duration": duration, "ago": ago}
    return environment
