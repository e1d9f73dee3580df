"""The language of conditions: what holds, what does not, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.audience.conditions import Condition, Fact, failing


@pytest.mark.parametrize(
    ("op", "value", "fact", "holds"),
    [
        ("is", "Paris", "PARIS", True),
        ("is", "Paris", "Lyon", False),
        ("is", True, True, True),
        ("is", True, 1, False),
        ("is", 1, True, False),
        ("is_not", "Paris", "Lyon", True),
        ("is_not", "Paris", ("Lyon", "Paris"), False),
        ("is_not", "Paris", (), True),
        ("in", ["a", "b"], ("b", "c"), True),
        ("not_in", ["a", "b"], ("b", "c"), False),
        ("at_least", 50, 50.0, True),
        ("at_most", 200, 200.01, False),
        ("more_than", 3, 3, False),
        ("less_than", 3, 2, True),
        ("at_least", 3, "4", False),
        ("contains", "lampe", "Une Lampe bleue", True),
    ],
)
def test_a_condition_compares_what_is_known(op: Any, value: Any, fact: Fact, *, holds: bool) -> None:
    assert Condition(fact="contact.city", op=op, value=value).holds({"contact.city": fact}) is holds


@given(op=st.sampled_from(["is", "is_not", "in", "not_in", "at_least", "less_than", "contains"]))
def test_what_is_not_known_is_a_no(op: Any) -> None:
    value: Any = ["x"] if op in ("in", "not_in") else 1
    condition = Condition(fact="contact.city", op=op, value=value)
    assert not condition.holds({})
    assert not condition.holds({"contact.city": None})


def test_missing_holds_where_nothing_is_known() -> None:
    assert Condition(fact="contact.city", op="missing").holds({})
    assert not Condition(fact="contact.city", op="missing").holds({"contact.city": "Lyon"})


def test_the_first_that_fails_is_named() -> None:
    cheap = Condition(fact="cart.value", op="at_least", value=50)
    dear = Condition(fact="cart.value", op="at_most", value=9)
    assert failing([cheap, dear], {"cart.value": 60.0}) is dear
    assert failing([cheap], {"cart.value": 60.0}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"fact": "city", "value": 1},
        {"fact": "contact.city", "op": "in", "value": "x"},
        {"fact": "contact.city", "op": "at_least", "value": "x"},
        {"fact": "contact.city", "op": "at_least", "value": True},
        {"fact": "contact.city", "op": "is"},
        {"fact": "contact.city", "op": "missing", "value": 1},
        {"fact": "contact.city", "op": "like", "value": 1},
        {"fact": "contact.city", "value": 1, "values": 2},
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)
