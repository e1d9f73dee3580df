"""Whether a click is a person's, with the reasons (docs/clicks.md). A machine's is kept and never counted as one (P9).

Pure: a click that is in the log can be classified again when the rules are better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import SECOND
from chalicelib.links.agents import Kind as ClickClass
from chalicelib.links.agents import is_mobile, judge
from chalicelib.links.data_centres import is_data_centre
from chalicelib.storage.links import NOT_A_PAGE, Click

RULES = 3
"""Version of these rules, kept with each class that they gave."""
Reason = Literal[
    "no_agent",
    "known_preview",
    "known_bot",
    "calls_itself_a_machine",
    "not_a_browser",
    "head",
    "purpose",
    "not_a_page",
    "too_soon",
    "data_centre",
    "burst",
    "no_language",
]
_TOO_SOON = 3 * SECOND
"""No SMS is delivered, read and tapped in this time, counted from when the provider took it."""
_SOON = 30 * SECOND
"""Scanners of mail and messages come within this time; people who are behind a VPN mostly later."""
_BURST = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a click beside its request."""

    since_sent: int | None = None
    """Milliseconds since the SMS was accepted; None for a link that was not sent to anybody."""
    since_other: int | None = None
    """Milliseconds since another network or browser asked for the same personal link; None where none did."""


def classify(click: Click, around: Circumstances = Circumstances()) -> tuple[ClickClass, list[str]]:
    """The class of a click, and what speaks against a person: for a person's too, where that was not enough."""
    kind, said = judge(click.agent)
    if kind == "bot":
        return "bot", [said]
    ahead = [said] if said else []
    if click.method == "HEAD":
        ahead.append("head")
    if any(word in click.purpose.lower() for word in ("prefetch", "preview", "prerender")):
        ahead.append("purpose")
    if NOT_A_PAGE in click.purpose:
        ahead.append("not_a_page")
    if ahead:
        return "preview", ahead
    signs = _signs(click, around)
    return ("bot" if _is_machine(click.agent, signs, around.since_sent) else "person"), signs


def _signs(click: Click, around: Circumstances) -> list[str]:
    signs = []
    # On the machine itself there is no radio network: the simulated phone has its SMS at once.
    local = click.network.startswith("127.")
    if around.since_sent is not None and 0 <= around.since_sent < _TOO_SOON and not local:
        signs.append("too_soon")
    # Amazon's own tablets browse through Amazon's network.
    if is_data_centre(click.network) and "Silk/" not in click.agent:
        signs.append("data_centre")
    if around.since_other is not None and around.since_other < _BURST:
        signs.append("burst")
    if not click.language:
        signs.append("no_language")
    return signs


def _is_machine(agent: str, signs: list[str], since_sent: int | None) -> bool:
    """One sign that is certain, or two that are not. A phone behind a VPN, later, stays a person's."""
    if "too_soon" in signs:
        return True
    if "data_centre" in signs:
        soon = since_sent is not None and since_sent < _SOON
        return soon or len(signs) > 1 or not is_mobile(agent)
    return "burst" in signs and not is_mobile(agent)
