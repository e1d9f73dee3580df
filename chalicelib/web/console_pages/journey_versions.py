"""What a journey's version says otherwise than the one before: its picture's lines, taken out and put in. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.journeys.definition import Journey
from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.journey_picture import Around, Box, lines_of, picture


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise in a box."""

    title: str
    out: tuple[str, ...]
    put_in: tuple[str, ...]


def differences(older: Journey, newer: Journey, say: Say, around: Around) -> list[Difference]:
    """Box by box, a step by its id; the name too."""
    before, after = (_by_name(journey, picture(journey, say, around)) for journey in (older, newer))
    found = []
    if older.name != newer.name:
        found.append(Difference(say("Nom", "Name"), (older.name,), (newer.name,)))
    for name in dict.fromkeys((*before, *after)):
        was, is_ = (lines_of(boxes[name])[1:] if name in boxes else () for boxes in (before, after))
        out, put_in = tuple(line for line in was if line not in is_), tuple(line for line in is_ if line not in was)
        if out or put_in or (name in before) != (name in after):
            found.append(Difference((after.get(name) or before[name]).title, out, put_in))
    return found


def _by_name(journey: Journey, boxes: list[Box]) -> dict[str, Box]:
    names = ["begin", *(f"step {step.id}" for step in journey.steps), "end"]
    return dict(zip(names, boxes, strict=True))
