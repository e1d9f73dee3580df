"""What can be told outside, and in which words (docs/webhooks.md).

A body holds ids, words of lists, flags, numbers and times: never a phone, an e-mail or a text. What breaks that is a
mistake of the code that announces, and does not leave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
"""Of the bodies: a change that breaks a reader raises it; a new field does not."""
PING = "ping"

_ID = re.compile(r"[a-z]{2,12}_[A-Za-z0-9_-]{3,80}")
_WORD = re.compile(r"[a-z][a-z_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9]{1,10}")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _are_words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_word, value))


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field may hold, and how JSON Schema says so."""

    holds: Callable[[Any], bool]
    schema: Mapping[str, Any]


ID = Kind(_is_id, {"type": "string", "pattern": f"^{_ID.pattern}$"})
WORD = Kind(_is_word, {"type": "string", "pattern": f"^{_WORD.pattern}$"})
CODE = Kind(_is_code, {"type": "string", "pattern": f"^{_CODE.pattern}$", "description": "of a question or a choice"})
WORDS = Kind(_are_words, {"type": "array", "items": WORD.schema})
FLAG = Kind(_is_flag, {"type": "boolean"})
NUMBER = Kind(_is_number, {"type": "integer"})
TIME = Kind(_is_number, {"type": "integer", "description": "UTC, milliseconds since 1970"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens: the fields that it always has, and those that it may have."""

    summary: str
    always: Mapping[str, Kind]
    may: Mapping[str, Kind] = field(default_factory=dict)


EVENTS: Mapping[str, Event] = {
    "conversation.waiting": Event(
        "A person wrote, and waits for an answer",
        {"conversation": ID, "waiting_since": TIME},
        {"intent": WORD, "flags": WORDS},
    ),
    "conversation.answered": Event(
        "A conversation that waited has its answer",
        {"conversation": ID, "answered_at": TIME, "by": WORD},
        {"message": ID, "waited_ms": NUMBER},
    ),
    "stop.received": Event(
        "A person said STOP, and is not written to any more",
        {"received_at": TIME, "grade": WORD},
        {"conversation": ID, "everywhere": FLAG},
    ),
    "survey.answered": Event(
        "A person answered a survey",
        {"survey": ID, "answered_at": TIME},
        {"conversation": ID, "question": CODE, "choice": CODE, "score": NUMBER},
    ),
    PING: Event("A test that somebody asked for", {"sent_at": TIME}),
}
SUBSCRIBABLE = tuple(name for name in EVENTS if name != PING)


def check(event: str, body: Mapping[str, Any]) -> None:
    """ValueError where a body is not what its event says. The text names fields, never values."""
    known = EVENTS.get(event)
    if known is None:
        raise ValueError(f"no event {event}")
    fields = {**known.always, **known.may}
    missing = known.always.keys() - body.keys()
    wrong = [name for name, value in body.items() if name not in fields or not fields[name].holds(value)]
    if missing or wrong:
        raise ValueError(f"{event}: {', '.join(sorted([*missing, *wrong]))}")
