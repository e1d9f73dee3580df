"""Whether a click is a person's. A machine's is kept and never counted as one (P9)."""

from __future__ import annotations

from typing import Literal

from user_agents import parse

from chalicelib.storage.links import Click

ClickClass = Literal["person", "preview", "bot"]


def classify(click: Click) -> tuple[ClickClass, list[str]]:
    """The class of a click, and the reasons for not taking it for a person's."""
    if not click.agent:
        return "bot", ["no_agent"]
    if parse(click.agent).is_bot:
        return "bot", ["known_bot"]
    reasons = []
    if click.method == "HEAD":
        reasons.append("head")
    if any(word in click.purpose.lower() for word in ("prefetch", "preview", "prerender")):
        reasons.append("purpose")
    return ("preview", reasons) if reasons else ("person", reasons)
