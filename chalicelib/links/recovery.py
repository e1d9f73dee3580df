"""Clicks that the table did not take, out of the redirect's log and back into the table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from chalicelib.links.clicks import Clicks
from chalicelib.storage.links import Click, Links

EVENT = "click_not_stored"


def lost_clicks(text: str) -> Iterator[tuple[str, Click]]:
    """Links and clicks in a log: its plain lines, with or without a time before them, or CloudWatch's JSON around them.

    What is no such line is passed over.
    """
    for told in _lines(text):
        if told.get("event") != EVENT:
            continue
        try:
            yield (
                str(told["link"]),
                Click(**{each.name: told[each.name] for each in fields(Click) if each.name in told}),
            )
        except (KeyError, TypeError):
            continue


def recover(lost: Iterable[tuple[str, Click]], links: Links, clicks: Clicks) -> dict[str, int]:
    """Log, class and count each click as the stream would have. Again, or after all: once for its id.

    Returns how many were recovered, and how many are of links that are gone.
    """
    told = {"recovered": 0, "unknown_link": 0}
    for name, click in {click.id: (name, click) for name, click in lost}.values():
        link = links.get(name)
        if link is None:
            told["unknown_link"] += 1
            continue
        clicks.follow(link, click)
        told["recovered"] += 1
    return told


def _lines(text: str) -> Iterator[dict[str, Any]]:
    try:
        yield from _messages(json.loads(text))
    except ValueError:
        for line in text.splitlines():
            start = line.find("{")
            try:
                yield from _messages(json.loads(line[start:])) if start >= 0 else ()
            except ValueError:
                continue


def _messages(told: Any) -> Iterator[dict[str, Any]]:
    """A line of ours as it is, or each one in an export: a list, or an object with `events` or `message`."""
    if isinstance(told, list):
        for each in told:
            yield from _messages(each)
    elif isinstance(told, dict) and "event" in told:
        yield told
    elif isinstance(told, dict) and isinstance(told.get("message"), str):
        yield from _lines(told["message"])
    elif isinstance(told, dict):
        yield from _messages(told.get("events") or told.get("logEvents") or [])
