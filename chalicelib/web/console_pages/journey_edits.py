"""What a box's form makes of a journey's document. Pure: what was typed goes in, and the API says what is wrong.

A document is JSON as the API tells it. Each edit returns another one; `Gone` where the box is not there any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from chalicelib.web.console_pages.journey_words import DAY_MINUTES, HOUR_MINUTES
from chalicelib.web.console_pages.rule_rows import conditions_from, rows_from

Document = dict[str, Any]
Posted = Mapping[str, Sequence[str]]
UNITS = {"minutes": 1, "hours": HOUR_MINUTES, "days": DAY_MINUTES}
_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,6})?")


class Gone(Exception):
    """There is no such box: somebody has changed the journey meanwhile."""


def begun_by(document: Document, posted: Posted) -> Document:
    """With the conditions, the audience, the name and the holdout of the first box's form."""
    changed = deepcopy(document)
    changed["name"] = _one(posted, "name")
    changed["trigger"]["when"] = conditions_from(rows_from(posted, "trigger.when"))
    changed["audience"] = conditions_from(rows_from(posted, "audience"))
    changed["holdout"] = number(_one(posted, "holdout") or "0")
    return changed


def with_step(document: Document, at: int, posted: Posted) -> Document:
    """With a step's wait, conditions, expiry, limit, sender and shares."""
    changed = deepcopy(document)
    step = step_of(changed, at)
    step["wait"] |= {
        "minutes": minutes(posted, "wait.minutes"),
        "since": _one(posted, "wait.since") or "previous",
        "at": _one(posted, "wait.at") or None,
        "best_hour": bool(_one(posted, "wait.best_hour")),
    }
    step["expires"] = minutes(posted, "expires")
    step["when"] = conditions_from(rows_from(posted, "when"))
    step["sender"] = _one(posted, "sender") or None
    step["at_most"] = number(most) if (most := _one(posted, "at_most")) else None
    if within := _one(posted, "within_days"):
        step["within_days"] = number(within)
    for variant in step["variants"]:
        if share := _one(posted, f"share.{variant['id']}"):
            variant["share"] = number(share)
    return changed


def added_step(document: Document, at: int) -> Document:
    """With one more step behind another: a day later, with its last text."""
    changed = deepcopy(document)
    before = step_of(changed, at)
    taken, count = {one["id"] for one in changed["steps"]}, len(changed["steps"]) + 1
    while f"sms_{count}" in taken:
        count += 1
    text = {"template": texts_of(before)[-1]["template"], "when": []}
    changed["steps"].insert(at + 1, {"id": f"sms_{count}", "wait": {"minutes": DAY_MINUTES}, "texts": [text]})
    return changed


def removed_step(document: Document, at: int) -> Document:
    """Without a step."""
    changed = deepcopy(document)
    changed["steps"].remove(step_of(changed, at))
    return changed


def compared(document: Document, at: int) -> Document:
    """With a step's texts as two variants, to be told apart: half of the people each."""
    changed = deepcopy(document)
    step = step_of(changed, at)
    step["variants"] = [{"id": name, "share": 50, "texts": deepcopy(step["texts"])} for name in ("a", "b")]
    step["texts"] = []
    return changed


def kept(document: Document, at: int, variant: str) -> Document:
    """With the texts of one variant for everybody."""
    changed = deepcopy(document)
    step = step_of(changed, at)
    found = next((one for one in step["variants"] if one["id"] == variant), None)
    if found is None:
        raise Gone
    step["texts"], step["variants"] = found["texts"], []
    return changed


def with_text(document: Document, at: int, which: int, posted: Posted) -> Document:
    """With another template for a text, and when it is the right one."""
    changed = deepcopy(document)
    text = _text_of(changed, at, which)
    text["template"] = _one(posted, "template")
    text["when"] = conditions_from(rows_from(posted, "when"))
    return changed


def added_text(document: Document, at: int, which: int, posted: Posted) -> Document:
    """With one more text before another: the first that fits is sent."""
    changed = deepcopy(document)
    for texts in _lists(step_of(changed, at)):
        if which < len(texts):
            when = conditions_from(rows_from(posted, "when"))
            texts.insert(which, {"template": _one(posted, "template"), "when": when})
            return changed
        which -= len(texts)
    raise Gone


def removed_text(document: Document, at: int, which: int) -> Document:
    """Without a text."""
    changed = deepcopy(document)
    text = _text_of(changed, at, which)
    for texts in _lists(step_of(changed, at)):
        texts[:] = [one for one in texts if one is not text]
    return changed


def ended_by(document: Document, posted: Posted) -> Document:
    """With what ends or pauses it, and how often it may begin."""
    changed = deepcopy(document)
    chosen, still = dict.fromkeys(posted.get("exits", ())), set(posted.get("kept", ()))
    if _one(posted, "reply") == "end":
        chosen["reply"] = None
    there = [
        one
        for place, one in enumerate(document["exits"])
        if (one["on"] in chosen if plain(one) else str(place) in still)
    ]
    new = [name for name in chosen if not any(plain(one) and one["on"] == name for one in there)]
    changed["exits"] = deepcopy(there) + [{"on": name} for name in new]
    hours = _one(posted, "pauses.hours")
    changed["pauses"] = [{"on": "reply", "hours": number(hours)}] if _one(posted, "reply") == "pause" else []
    changed["limits"] = {
        "reentry": minutes(posted, "limits.reentry"),
        "at_most": number(most) if (most := _one(posted, "limits.at_most")) else None,
        "within_days": number(_one(posted, "limits.within_days") or "366"),
    }
    return changed


def plain(exit_: Document) -> bool:
    """Whether an exit is an event alone, with no condition."""
    return not exit_["when"] and exit_["of"] == "subject"


def step_of(document: Document, at: int) -> Document:
    """A step by its place; Gone."""
    if at >= len(document["steps"]):
        raise Gone
    found: Document = document["steps"][at]
    return found


def texts_of(step: Document) -> list[Document]:
    """All of a step's texts, its variants' one behind the other."""
    return [text for texts in _lists(step) for text in texts]


def parted(amount: object) -> tuple[str, str]:
    """Minutes as a form shows them: how many, of which unit. What is no number is shown as it was typed."""
    if not isinstance(amount, int | float):
        return str(amount), "minutes"
    unit = next((name for name in ("days", "hours") if amount and amount % UNITS[name] == 0), "minutes")
    return f"{amount / UNITS[unit]:g}", unit


def minutes(posted: Posted, name: str) -> float | int | str:
    """Minutes of a number and its unit; what is no number stays as it was typed."""
    found = number(_one(posted, name))
    return found if isinstance(found, str) else found * UNITS.get(_one(posted, f"{name}.unit"), 1)


def number(typed: str) -> float | int | str:
    """A number; what is none, as it was typed."""
    if not _NUMBER.fullmatch(typed):
        return typed
    value = float(typed.replace(",", "."))
    return int(value) if value.is_integer() else value


def _text_of(document: Document, at: int, which: int) -> Document:
    texts = texts_of(step_of(document, at))
    if which >= len(texts):
        raise Gone
    return texts[which]


def _lists(step: Document) -> list[list[Document]]:
    return [step["texts"], *(variant["texts"] for variant in step["variants"])]


def _one(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "").strip()
