"""The API's description for people: what the pages below `/v1/docs` show of the document (web/openapi.py)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.web.views import JSON

_DEEPEST = 3
_BOUNDS = {"minimum": "from {}", "maximum": "to {}", "maxLength": "at most {} characters", "maxItems": "at most {}"}


class Field(NamedTuple):
    """One line of a table: a parameter, or a field of a body or an answer."""

    name: str
    kind: str
    required: bool
    about: str


class Operation(NamedTuple):
    """A route as its page shows it."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    roles: Sequence[str]
    parameters: Sequence[Field]
    headers: Sequence[Field]
    body: Sequence[Field]
    example: str
    curl: str
    answers: Sequence[tuple[int, str]]
    answer: Sequence[Field]


def resources(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Each resource with its routes, both in the order of their addresses."""
    pages = _Pages(document)
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(pages.operation(path, method.upper(), told))
    return dict(sorted(found.items()))


class _Pages:
    """What is referred to is looked up in the document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def operation(self, path: str, method: str, told: Mapping[str, Any]) -> Operation:
        asked = [self._resolved(one) for one in told["parameters"]]
        media, schema = next(iter(told.get("requestBody", {}).get("content", {}).items()), (JSON, None))
        example = self._example(schema["schema"]) if schema else None
        answered = self._resolved(told["responses"][min(told["responses"])])
        first = answered.get("content", {}).get(JSON, {}).get("schema")
        return Operation(
            name=told["operationId"],
            method=method,
            path=path,
            summary=told["summary"],
            about=told.get("description", ""),
            roles=told["x-roles"],
            parameters=[self._parameter(one) for one in asked if one["in"] != "header"],
            headers=[self._parameter(one) for one in asked if one["in"] == "header"],
            body=list(self._fields(schema["schema"])) if schema else [],
            example=json.dumps(example, ensure_ascii=False, indent=2) if example is not None else "",
            curl=_curl(self._document["servers"][0]["url"], path, method, told, media if schema else "", example),
            answers=[(int(status), self._resolved(one)["description"]) for status, one in told["responses"].items()],
            answer=list(self._fields(first)) if first else [],
        )

    def _parameter(self, told: Mapping[str, Any]) -> Field:
        return Field(told["name"], self._kind(told["schema"]), told["required"], told.get("description", ""))

    def _fields(self, schema: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[Field]:
        resolved = self._resolved(schema)
        for name, field in resolved.get("properties", {}).items():
            full = f"{prefix}{name}"
            yield Field(full, self._kind(field), name in resolved.get("required", ()), self._about(field))
            inner, mark = self._within(field)
            if inner is not None and depth < _DEEPEST:
                yield from self._fields(inner, f"{full}{mark}.", depth + 1)

    def _about(self, field: Mapping[str, Any]) -> str:
        """What is said of a field, else of what it holds."""
        return next((one["description"] for one in (field, *self._either(field)) if "description" in one), "")

    def _within(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
        """The object whose fields stand under a field, and how its place is written."""
        for one in self._either(schema):
            if one.get("properties"):
                return one, ""
            for name, mark in (("items", "[]"), ("additionalProperties", ".*")):
                each = one.get(name)
                if isinstance(each, dict) and self._resolved(each).get("properties"):
                    return self._resolved(each), mark
        return None, ""

    def _kind(self, schema: Mapping[str, Any]) -> str:
        words = [self._word(one) for one in self._either(schema)]
        usual = f", {json.dumps(schema['default'], ensure_ascii=False)} if not told" if schema.get("default") else ""
        return " or ".join(dict.fromkeys(words)) + usual

    def _word(self, schema: Mapping[str, Any]) -> str:
        if "enum" in schema or "const" in schema:
            return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
        kind = schema.get("type", "anything")
        word = "/".join(kind) if isinstance(kind, list) else str(kind)
        if word == "array":
            word = f"list of {self._kind(schema.get('items') or {})}"
        bounds = [words.format(schema[name]) for name, words in _BOUNDS.items() if name in schema]
        return ", ".join([word, *bounds])

    def _either(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        resolved = self._resolved(schema)
        choices = resolved.get("anyOf") or resolved.get("oneOf")
        return [self._resolved(one) for one in choices] if choices else [resolved]

    def _example(self, schema: Mapping[str, Any]) -> Any:
        return next(iter(self._resolved(schema).get("examples", ())), None)

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self._document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part


def _curl(origin: str, path: str, method: str, told: Mapping[str, Any], media: str, example: Any) -> str:
    address = re.sub(r"\{(\w+)\}", lambda name: f"${name[1].upper()}", path)
    needed = [one["name"] for one in told["parameters"] if one.get("in") == "query" and one["required"]]
    query = "?" + "&".join(f"{name}=${name.upper()}" for name in needed) if needed else ""
    lines = [f'curl{"" if method == "GET" else f" -X {method}"} "{origin}{address}{query}"']
    if told["security"]:
        lines.append('-H "Authorization: Bearer $KEY"')
    if media:
        given = "@rows.csv" if example is None else shlex.quote(json.dumps(example, ensure_ascii=False))
        lines += [f'-H "Content-Type: {media}"', f"--data{'-binary' if example is None else ''} {given}"]
    return " \\\n  ".join(lines)
