"""The advertiser's texts to choose one of: each by its name and its first words."""

from __future__ import annotations

from typing import Any

from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.journey_words import shortened
from chalicelib.web.console_pages.reading import everything


def text_choices(desk: Desk, *, first: str = "") -> list[tuple[str, str]]:
    """Values and words. `first`: those written for it stand before the others, such as `flash_sale`."""
    found = sorted(everything(desk, "templates", "templates"), key=lambda one: one["journey"] != first)
    return [(one["template"], f"{one['template']} — {first_words(desk, one)}") for one in found]


def first_words(desk: Desk, template: dict[str, Any]) -> str:
    """Of a text as the API tells it, with the brand in its place."""
    return shortened(template["text"], desk.say, {"brand": desk.advertiser.brand})
