"""A segment's rules as SQL find the very people that the rules themselves find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.conditions import Condition, Facts
from chalicelib.audience.segment_sql import query, rows_of
from chalicelib.audience.segments import Group

FACTS = ("location.city", "contact.fields.size", "history.purchases", "bought.items")
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from([0, 1, 1.0, 2.5, "Paris", "PARIS", "paris'", "Straße", "STRASSE", "1", "true", "", "İ", "nova"]),
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=5),
)
facts = st.dictionaries(
    st.sampled_from(FACTS), st.one_of(scalars, st.lists(scalars, min_size=1, max_size=3).map(tuple)), max_size=4
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    op = draw(st.sampled_from(["is", "is_not", "in", "not_in", "at_least", "less_than", "contains", "missing"]))
    value: Any = draw(scalars)
    if op in ("in", "not_in"):
        value = draw(st.lists(scalars, min_size=1, max_size=3))
    elif op in ("at_least", "less_than"):
        value = draw(st.one_of(st.integers(-10, 10), st.floats(-1e6, 1e6)))
    elif op == "missing":
        value = None
    return Condition(fact=draw(st.sampled_from(FACTS)), op=op, value=value)


groups = st.recursive(
    conditions(),
    lambda inner: st.builds(
        lambda parts, every: Group(all=tuple(parts)) if every else Group(any=tuple(parts)),
        st.lists(inner, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_leaves=6,
).map(lambda part: part if isinstance(part, Group) else Group(all=(part,)))


def found_by_sql(rules: Group, people: dict[str, Facts]) -> set[str]:
    with duckdb.connect() as database:
        database.execute("CREATE TABLE facts (person TEXT, fact TEXT, text TEXT, number DOUBLE, flag BOOLEAN)")
        rows = [tuple(row.values()) for person, facts in people.items() for row in rows_of(person, facts)]
        database.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?)", rows)
        return {person for (person,) in database.execute(query(rules)).fetchall()}


@given(groups, st.lists(facts, min_size=1, max_size=6))
def test_sql_and_rules_agree(rules: Group, everybody: list[dict[str, Any]]) -> None:
    people: dict[str, Facts] = {
        f"p{number}": {"contact.reachable": True, **facts} for number, facts in enumerate(everybody)
    }
    assert found_by_sql(rules, people) == {person for person, facts in people.items() if rules.holds(facts)}


def test_the_exported_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "facts.ndjson"
    rows = rows_of("p1", {"location.city": "Lyon", "history.purchases": 2, "consent.opposed": False})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    rules = Group.model_validate({"all": [{"fact": "location.city", "value": "LYON"}]})
    with duckdb.connect() as database:
        assert database.execute(query(rules, f"read_ndjson_auto('{path}')")).fetchall() == [("p1",)]
