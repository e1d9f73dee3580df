"""The API's description says what the routes are: all of them, with the bodies and parameters that they read."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import app as application
from chalicelib.web.described import Described, description_of
from tests.web.conformance import DOCUMENT

_PAGED = {"limit", "after"}
# What reads query parameters by a name of its own, and which.
_READERS = {"hours_asked": {"hours"}, "reason_asked": {"reason"}}
_READERS |= dict.fromkeys(("page_asked", "page_of_list", "part_asked"), _PAGED)
ROUTES = sorted(
    (method, path) for path, methods in application.app.routes.items() if path.startswith("/v1/") for method in methods
)


def told(method: str, path: str) -> Described:
    found = description_of(application.app.routes[path][method].view_function)
    assert found is not None, f"{method} {path}: say @described(…) above @view (CONTRIBUTING.md)"
    return found


@cache
def functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def calls(module: str, name: str, seen: set[str]) -> Iterator[ast.Call]:
    """Every call in a function and in the functions of its module that it calls."""
    seen.add(name)
    for node in ast.walk(functions(module)[name]):
        if not isinstance(node, ast.Call):
            continue
        yield node
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called in functions(module) and called not in seen:
            yield from calls(module, called, seen)


def reads(method: str, path: str) -> tuple[set[str], set[str]]:
    """The models that a view reads its body by, and the query parameters that it asks for, by its source."""
    view = inspect.unwrap(application.app.routes[path][method].view_function)
    bodies: set[str] = set()
    query: set[str] = set()
    for call in calls(view.__module__, view.__name__, set()):
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        given = call.args[-1] if called == "read_body" else None
        if isinstance(given, ast.Name):
            bodies.add(given.id)
        if called in ("parameter", "word_asked", "moment_asked") and isinstance(call.args[1], ast.Constant):
            query.add(str(call.args[1].value))
        if called == "_given" and isinstance(call.args[0], ast.Constant):
            query.add(str(call.args[0].value))
        query |= _READERS.get(called, set())
    return bodies, query


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_says_which_body_and_which_parameters_it_reads(method: str, path: str) -> None:
    says, (bodies, query) = told(method, path), reads(method, path)
    if bodies:
        assert isinstance(says.body, str)
        assert {says.body.rpartition(":")[2]} == bodies
    assert query <= set(says.query)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_is_told_in_words(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    assert len(operation["summary"]) >= 10, "the first sentence of the view's docstring"
    assert not operation["summary"].startswith(("Replace them", "The same", "All of them"))


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_answer_says_what_it_holds(method: str, path: str) -> None:
    """All the way down: an object that may hold anything says in words what it does hold."""
    for status, answered in DOCUMENT["paths"][path][method.lower()]["responses"].items():
        if status.startswith("2") and "application/json" in answered.get("content", {}):
            schema = answered["content"]["application/json"]["schema"]
            assert schema.get("properties") or "$ref" in schema or "anyOf" in schema
            assert sorted(untold(schema, set())) == []


def untold(schema: Any, seen: set[str], where: str = "", *, said: bool = False) -> Iterator[str]:
    """Where a schema has an object, or anything at all, of which nothing is said."""
    if not isinstance(schema, dict):
        return
    if name := schema.get("$ref", "").rpartition("/")[2]:
        if name not in seen:
            seen.add(name)
            yield from untold(DOCUMENT["components"]["schemas"][name], seen, name)
        return
    said = said or "description" in schema
    shaped = {"properties", "additionalProperties", "patternProperties"} & set(schema)
    bare = schema.get("type") == "object" and (not shaped or schema.get("additionalProperties") is True)
    if (bare or not schema) and not said:
        yield where
    for field, part in schema.get("properties", {}).items():
        yield from untold(part, seen, f"{where}.{field}")
    for part in (schema.get("items"), schema.get("additionalProperties")):
        yield from untold(part, seen, where)
    for part in schema.get("anyOf", ()):
        yield from untold(part, seen, where, said=said)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_whatever_is_referred_to_is_there() -> None:
    for reference in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def test_no_two_models_have_one_name() -> None:
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []
