"""What a journey's picture shows beside its document, as the API tells it: texts, senders, hours, names, counts."""

from __future__ import annotations

from typing import Any

from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.journey_picture import Around
from chalicelib.web.console_pages.reading import everything

COUNTED_H = 720


def around(desk: Desk, message_class: str) -> Around:
    """All that a picture needs."""
    templates = everything(desk, "templates", "templates")
    settings = desk.api("GET", "")
    known: dict[str, Any] = settings.body if settings.ok else {}
    agent = known.get("agent") or {}
    return Around(
        texts={one["template"]: one["text"] for one in templates},
        senders={one["template"]: one["sender"] for one in templates},
        sender=desk.advertiser.sender,
        hours=hours_said(known.get("hours", {}).get(message_class, []), desk.say),
        segments={one["segment"]: one["name"] for one in everything(desk, "segments", "segments")},
        filled={"brand": desk.advertiser.brand} | ({"agent": agent["name"]} if agent else {}),
    )


def counted(desk: Desk, journey: str) -> dict[str, int]:
    """What was counted of a journey in 30 days, by what follows its name."""
    counts = desk.api("GET", "counts", query={"hours": str(COUNTED_H)})
    lead = f"journey.{journey}."
    found: dict[str, int] = counts.body["counts"] if counts.ok else {}
    return {name.removeprefix(lead): number for name, number in found.items() if name.startswith(lead)}


def hours_said(windows: list[dict[str, Any]], say: Say) -> str:
    """When SMS may leave, in words: an advertiser's own windows as the API tells them, else the country's."""
    spans = dict.fromkeys((window["open"], window["close"]) for window in windows)
    if not spans:
        return say("aux heures permises", "in the allowed hours")
    parts = [say(f"entre {_hour(opens)} et {_hour(ends)} h", f"between {opens} and {ends}") for opens, ends in spans]
    return say(" ou ", " or ").join(parts)


def _hour(clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{int(hour)}" if minute == "00" else f"{int(hour)} h {minute}".removesuffix(" h")
