"""Schemas of the models and TypedDicts that views name, with the words that stand under their fields."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

_MARK = "$model"
_PLACE = "#/components/schemas/{model}"


def model_named(name: str) -> Any:
    """What a name stands for, below `chalicelib`. ImportError, AttributeError: there is no such model."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(f"chalicelib.{module}"), attribute)


class Models:
    """Puts references in the place of names, and remembers what they refer to."""

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}

    def resolved(self, part: Any) -> Any:
        """A part of the description whose `$model` are schemas. Raises as `model_named`."""
        wanted: set[str] = set()
        _find(part, wanted)
        adapters = {name: TypeAdapter(model_named(name)) for name in sorted(wanted)}
        inputs = [(name, "validation", adapter) for name, adapter in adapters.items()]
        found, definitions = TypeAdapter.json_schemas(
            inputs,  # type: ignore[arg-type] # the mode is a literal, which a list forgets
            ref_template=_PLACE,
            schema_generator=_Explained,
        )
        self._named |= definitions.get("$defs", {})
        return _replaced(part, {name: schema for (name, _), schema in found.items()})

    def schemas(self) -> dict[str, Any]:
        """What was referred to, by name."""
        return self._named


class _Explained(GenerateJsonSchema):
    """Pydantic's own, with the text under a field as its description. A dataclass is told with all of its fields."""

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        told = _explained(super().dataclass_schema(schema), schema["cls"])
        return told | {"required": sorted(told.get("properties", {}))}

    def model_schema(self, schema: Any) -> dict[str, Any]:
        return _explained(super().model_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
        return _explained(super().typed_dict_schema(schema), schema.get("cls"))


def _explained(schema: dict[str, Any], cls: type | None) -> dict[str, Any]:
    words = {field: told for base in _line(cls) for field, told in _words(base).items()}
    for field, told in words.items():
        known = schema.get("properties", {}).get(field)
        if known is not None:
            unit = next((one["description"] for one in (known, *known.get("anyOf", ())) if "description" in one), None)
            known["description"] = f"{told} ({unit})" if unit else told
    return schema


def _line(cls: Any) -> Iterator[type]:
    """A class behind those that it is made of. A TypedDict forgets them but for `__orig_bases__`."""
    if isinstance(cls, type):
        for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
            yield from _line(base)
        yield cls


@cache
def _words(cls: type) -> dict[str, str]:
    """The docstrings under a class's fields."""
    if not cls.__module__.startswith("chalicelib."):
        return {}
    body = _classes(cls.__module__).get(cls.__qualname__, [])
    return {
        field.target.id: " ".join(told.value.value.split())
        for field, told in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(told, ast.Expr) and isinstance(told.value, ast.Constant) and isinstance(told.value.value, str)
    }


@cache
def _classes(module: str) -> dict[str, list[ast.stmt]]:
    tree = ast.parse(inspect.getsource(import_module(module)))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}


def _find(part: Any, found: set[str]) -> None:
    if isinstance(part, dict):
        if _MARK in part:
            found.add(part[_MARK])
        for value in part.values():
            _find(value, found)
    elif isinstance(part, list):
        for value in part:
            _find(value, found)


def _replaced(part: Any, schemas: dict[str, Any]) -> Any:
    if isinstance(part, dict):
        if _MARK in part:
            return schemas[part[_MARK]]
        return {name: _replaced(value, schemas) for name, value in part.items()}
    return [_replaced(value, schemas) for value in part] if isinstance(part, list) else part
