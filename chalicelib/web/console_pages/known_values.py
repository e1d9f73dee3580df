"""What conditions may name, so that nobody has to know it: the base's own fields, and values that were seen in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.fact_words import SEGMENT, Word, word

_LOOKED_AT = "100"
"""Contacts: enough to see which fields there are."""
_MOST_VALUES = 12
"""Of a field: past them it is typed."""
_PLACES = ("city", "postcode", "country")
"""Fields that conditions call `location.…`; `language` is a fact of its own too."""
_LONGEST = 40


def fields_seen(desk: Desk) -> dict[str, list[str]]:
    """The fields of some contacts, each with its values, the most frequent first; none without the right to see."""
    answer = desk.api("GET", "contacts", query={"limit": _LOOKED_AT})
    found: dict[str, Counter[str]] = {}
    for contact in answer.body["contacts"] if answer.ok else ():
        for name, value in contact["fields"].items():
            found.setdefault(name, Counter())[str(value)] += 1
    return {name: [value for value, _ in found[name].most_common(_MOST_VALUES)] for name in sorted(found)}


def own_fields(seen: Mapping[str, list[str]]) -> list[str]:
    """Those that no other fact tells of."""
    return [name for name in seen if name not in (*_PLACES, "language")]


def offered_values(seen: Mapping[str, list[str]], words: Mapping[str, Word], say: Say) -> list[tuple[str, str]]:
    """Values to choose of while typing, each with what it is a value of."""
    ours = [(say(*both), known) for known in words.values() for both in (known.values or {}).values()]
    theirs = [
        (value, SEGMENT[f"location.{name}"] if name in _PLACES else word(f"contact.fields.{name}"))
        for name, values in seen.items()
        if name != "language"
        for value in values
        if len(value) <= _LONGEST
    ]
    return [(value, say(*known.label)) for value, known in (*theirs, *ours)]
