"""Which of a link's targets a click gets. Pure: the same click, told again, gets the same."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

from chalicelib.storage.link_settings import PLAIN, Rule, Variant
from chalicelib.storage.links import Click, Link


@dataclass(frozen=True, slots=True)
class Landing:
    """A page, and the app that may be offered in its place."""

    target: str
    app: str | None = None


Nowhere = Literal["not_yet", "over"]


def destination(link: Link, click: Click) -> Landing | Nowhere:
    """Where a click goes, or why nowhere."""
    settings = link.settings
    if settings is PLAIN:
        return Landing(link.target)
    if settings.disabled:
        return "over"
    if settings.until is not None and click.at >= settings.until:
        return Landing(settings.expired_target) if settings.expired_target else "over"
    if settings.since is not None and click.at < settings.since:
        return "not_yet"
    for rule in settings.rules:
        if _holds(rule, click):
            return Landing(rule.target, rule.app)
    if settings.variants:
        # A person finds the same page each time; who comes by a standalone link is drawn anew.
        return Landing(_drawn(settings.variants, click.id if link.standalone else link.code))
    return Landing(link.target)


def preferred_language(accept_language: str) -> str:
    """The language that a browser likes best, as ISO 639-1; empty where it names none."""
    best, weight = "", 0.0
    for part in accept_language.split(","):
        tag, _, quality = part.partition(";q=")
        try:
            liked = float(quality or 1)
        except ValueError:
            continue
        if liked > weight:
            best, weight = tag.strip().lower().partition("-")[0], liked
    return best


def _holds(rule: Rule, click: Click) -> bool:
    if rule.language and rule.language != preferred_language(click.language):
        return False
    if rule.device is None:
        return True
    # Imported here: reading user agents costs more than the whole redirect, and few links ask for it.
    from chalicelib.links.devices import device

    return rule.device == device(click.agent)


def _drawn(variants: tuple[Variant, ...], by: str) -> str:
    place = zlib.crc32(by.encode()) % 100
    for variant in variants:
        place -= variant.share
        if place < 0:
            return variant.target
    return variants[-1].target
