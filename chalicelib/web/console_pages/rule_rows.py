"""Conditions as the rows of a form: what, compared how, with what. Pure.

A fact that is yes or no is two choices, `consent.opposed=no` and `consent.opposed=yes`, and compares with nothing; so
is each segment that somebody is in or not, `segments.in=seg_…` and `segments.in=not:seg_…`. Several values are parted
by `;`, and mean any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.audience.conditions import Condition, Op, Scalar
from chalicelib.web.console_pages.condition_words import OPS, Say
from chalicelib.web.console_pages.fact_words import Word, group_of, word

_YES, _NO, _MISSING = "=yes", "=no", "=missing"
_SEGMENT, _NOT = "segments.in", "not:"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?")
_LISTED: Mapping[str, Op] = {"is": "in", "is_not": "not_in"}
_ALONE: Mapping[Op, Op] = {"in": "is", "not_in": "is_not"}
_ORDERED = ("at_least", "at_most", "more_than", "less_than")
WRONG = (
    "Écrivez une valeur à comparer ; un nombre, si l’on compare des quantités.",
    "Write one value to compare with; a number, where amounts are compared.",
)
"""What the API's `value_error` of a condition means."""
OFFERED: tuple[Op, ...] = ("is", "is_not", "at_least", "at_most", "more_than", "less_than", "contains", "missing")


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as its form shows it."""

    fact: str = ""
    op: str = "is"
    value: str = ""


def rows_of(conditions: Iterable[Condition], say: Say) -> list[Row]:
    """The rows of what is saved."""
    return [_row(condition, say) for condition in conditions]


def rows_from(posted: Mapping[str, Sequence[str]], prefix: str) -> list[Row]:
    """The rows of a form that was posted, as they were typed; empty ones are left out."""
    columns = [posted.get(f"{prefix}.{name}", ()) for name in ("fact", "op", "value")]
    return [Row(fact, op, value.strip()) for fact, op, value in zip(*columns, strict=False) if fact]


def conditions_from(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What rows mean, as the API takes it. A number that is none is left as it was typed: the API says so."""
    return [_condition(row) for row in rows]


Group = tuple[str, list[tuple[str, str]]]
"""Choices that belong together: what they are about, and each one's value and words."""


def choices(
    words: Mapping[str, Word],
    rows: Iterable[Row],
    say: Say,
    *,
    segments: Mapping[str, str] | None = None,
    fields: Iterable[str] = (),
) -> list[Group]:
    """What a row can ask, with those that its rows ask already, by what they are about.

    `segments`: names by id, of those that can be asked for; `fields`: names of the base's own fields.
    """
    offered = [
        *((fact, _choices(fact, known, say, segments or {})) for fact, known in words.items()),
        *((fact := f"contact.fields.{name}", _choices(fact, word(fact), say, {})) for name in fields),
    ]
    there = {value for _, some in offered for value, _ in some}
    for row in rows:
        fact = row.fact.partition("=")[0]
        if row.fact and row.fact not in there:
            named = [(row.fact, say(*word(fact).label))]
            offered.append((fact, named if fact == _SEGMENT else _choices(fact, word(fact), say, {})))
    groups: dict[str, dict[str, str]] = {}
    for fact, some in offered:
        groups.setdefault(say(*group_of(fact)), {}).update(some)
    return [(name, list(some.items())) for name, some in groups.items() if some]


def operators(say: Say) -> list[tuple[str, str]]:
    """How a row can compare: value and words."""
    return [(op, say(*OPS[op])) for op in OFFERED]


def _choices(fact: str, known: Word, say: Say, segments: Mapping[str, str]) -> list[tuple[str, str]]:
    if fact == _SEGMENT:
        return [
            choice
            for segment, name in segments.items()
            for choice in (
                (f"{fact}={segment}", say(f"Est dans « {name} »", f"Is in “{name}”")),
                (f"{fact}={_NOT}{segment}", say(f"N’est pas dans « {name} »", f"Is not in “{name}”")),
            )
        ]
    if known.kind == "flag":
        return [(fact + _YES, say(*known.label)), (fact + _NO, say(*known.no))]
    missing = [(fact + _MISSING, say(*known.missing))] if known.missing[0] else []
    return [(fact, say(*known.label)), *missing]


def _row(condition: Condition, say: Say) -> Row:
    known = word(condition.fact)
    if condition.op == "missing":
        return Row(condition.fact + _MISSING) if known.missing[0] else Row(condition.fact, "missing")
    if isinstance(condition.value, bool):
        return Row(condition.fact + (_YES if condition.value is (condition.op == "is") else _NO))
    if condition.fact == _SEGMENT and condition.op in ("is", "is_not"):
        return Row(f"{_SEGMENT}={_NOT if condition.op == 'is_not' else ''}{condition.value}")
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    shown = "; ".join(_shown(known, value, say) for value in values if value is not None)
    return Row(condition.fact, _ALONE.get(condition.op, condition.op), shown)


def _shown(known: Word, value: Scalar, say: Say) -> str:
    if known.values and isinstance(value, str) and value in known.values:
        return say(*known.values[value])
    return f"{value:g}" if isinstance(value, float) else str(value)


def _condition(row: Row) -> dict[str, Any]:
    fact, _, flag = row.fact.partition("=")
    if flag in ("yes", "no"):
        return {"fact": fact, "op": "is", "value": flag == "yes"}
    if fact == _SEGMENT and flag:
        return {"fact": fact, "op": "is_not" if flag.startswith(_NOT) else "is", "value": flag.removeprefix(_NOT)}
    if flag == "missing" or row.op == "missing":
        return {"fact": fact, "op": "missing"}
    values = [_value(fact, row.op, text.strip()) for text in row.value.split(";") if text.strip()]
    if len(values) > 1 and row.op in _LISTED:
        return {"fact": fact, "op": _LISTED[row.op], "value": values}
    return {"fact": fact, "op": row.op, "value": values[0] if values else None}


def _value(fact: str, op: str, text: str) -> Scalar:
    known = word(fact)
    for name, both in (known.values or {}).items():
        if text.casefold() in (both[0].casefold(), both[1].casefold()):
            return name
    numeric = known.kind == "number" or op in _ORDERED or fact.startswith("contact.fields.")
    if numeric and _NUMBER.fullmatch(text):
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    return text
