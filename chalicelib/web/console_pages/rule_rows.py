"""Conditions as the rows of a form: what, compared how, with what. Pure.

A fact that is yes or no is two choices, `consent.opposed=no` and `consent.opposed=yes`, and compares with nothing.
Several values are parted by `;`, and mean any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.audience.conditions import Condition, Op, Scalar
from chalicelib.web.console_pages.condition_words import OPS, Say
from chalicelib.web.console_pages.fact_words import Word, word

_YES, _NO, _MISSING = "=yes", "=no", "=missing"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?")
_LISTED: Mapping[str, Op] = {"is": "in", "is_not": "not_in"}
_ALONE: Mapping[Op, Op] = {"in": "is", "not_in": "is_not"}
_ORDERED = ("at_least", "at_most", "more_than", "less_than")
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


def choices(words: Mapping[str, Word], rows: Iterable[Row], say: Say) -> list[tuple[str, str]]:
    """What a row can ask, with those that its rows ask already: value and words."""
    offered = [choice for fact, known in words.items() for choice in _choices(fact, known, say)]
    there = {choice for choice, _ in offered}
    facts = dict.fromkeys(row.fact.partition("=")[0] for row in rows if row.fact and row.fact not in there)
    return offered + [choice for fact in facts for choice in _choices(fact, word(fact), say)]


def operators(say: Say) -> list[tuple[str, str]]:
    """How a row can compare: value and words."""
    return [(op, say(*OPS[op])) for op in OFFERED]


def _choices(fact: str, known: Word, say: Say) -> list[tuple[str, str]]:
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
    if flag == "missing" or row.op == "missing":
        return {"fact": fact, "op": "missing"}
    values = [_value(fact, row.op, text.strip()) for text in row.value.split(";") if text.strip()]
    if len(values) > 1 and row.op in _LISTED:
        return {"fact": fact, "op": _LISTED[row.op], "value": values}
    return {"fact": fact, "op": row.op, "value": values[0] if values else ""}


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
