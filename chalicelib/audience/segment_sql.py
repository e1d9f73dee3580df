"""A segment's rules as SQL, for bases that are too large to go through one by one (docs/adr/0023).

The export writes a row per fact of a person: `person, fact, text, number, flag`, texts in small letters. So one query
reads each row once, and is the same for DuckDB and for Athena (Trino): `bool_or`, `coalesce` and `strpos` are all it
needs. It answers as `Rules.holds` does (tests/audience/test_segment_sql.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.audience.conditions import Condition, Facts, Scalar
from chalicelib.audience.segments import Group

TABLE = "facts"
_COMPARISON = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}


def rows_of(person: str, facts: Facts) -> Iterator[dict[str, Any]]:
    """What the export writes of one person."""
    for name, fact in facts.items():
        for value in fact if isinstance(fact, tuple) else (fact,):
            if value is not None:
                yield {"person": person, "fact": name, "text": None, "number": None, "flag": None} | _column(value)


def query(rules: Group, table: str = TABLE) -> str:
    """The members of a segment, one person a row."""
    # S608: every name and value in it is a literal that is made below.
    return f"SELECT person FROM {table} GROUP BY person HAVING {_said(rules)} ORDER BY person"  # noqa: S608


def _said(part: Condition | Group) -> str:
    if isinstance(part, Condition):
        return _condition(part)
    word = " AND " if part.all is not None else " OR "
    return f"({word.join(map(_said, part.parts))})"


def _condition(condition: Condition) -> str:
    fact = f"fact = {_literal(condition.fact)}"
    known = _some(fact)
    if condition.op == "missing":
        return f"NOT {known}"
    fits = _some(f"{fact} AND {_fits(condition)}")
    return f"({known} AND NOT {fits})" if condition.op in ("is_not", "not_in") else fits


def _some(test: str) -> str:
    return f"coalesce(bool_or({test}), false)"


def _fits(condition: Condition) -> str:
    value = condition.value
    if condition.op == "contains":
        return f"strpos(text, {_literal(str(value).casefold())}) > 0"
    if condition.op in _COMPARISON:
        return f"number {_COMPARISON[condition.op]} {_number(value)}"
    values = value if isinstance(value, list) else [value]
    return f"({' OR '.join(_same(one) for one in values)})"


def _same(value: Any) -> str:
    if isinstance(value, bool):
        return f"flag = {str(value).lower()}"
    if isinstance(value, str):
        return f"text = {_literal(value.casefold())}"
    return f"number = {_number(value)}"


def _column(value: Scalar) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"flag": value}
    return {"text": value.casefold()} if isinstance(value, str) else {"number": float(value)}


def _number(value: Any) -> str:
    """A literal of type DOUBLE in both dialects: one without an exponent would be a decimal."""
    return f"{float(value)!r}E0" if "e" not in repr(float(value)) else repr(float(value))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
