"""The API's description (OpenAPI 3.1), made from the routes, their views and the models that check and answer them.

A route's address, method and media types are Chalice's own table of them; its summary is the first sentence of the
view's docstring; body, answer and query are what the view declares (web/described.py); the refusals follow from all
of that (docs/adr/0038).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.storage.admin_keys import ROLES
from chalicelib.web.described import Described, Schema, description_of
from chalicelib.web.openapi_models import Models
from chalicelib.web.openapi_parts import REFUSALS, components, header_asked, headers, in_path
from chalicelib.web.permissions import may, subject
from chalicelib.web.views import JSON
from chalicelib.web.webhook_models import described as told_outside

Routes = Mapping[str, Mapping[str, Any]]
"""Chalice's table: address → method → entry (`view_function`, `content_types`)."""
_CHANGES = ("PUT", "PATCH", "DELETE")
_REPEATABLE = ("POST", "PATCH")
_BODIES = ("POST", "PUT", "PATCH")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def document(routes: Routes, origin: str) -> dict[str, Any]:
    """The whole description of the routes that describe themselves."""
    models = Models()
    paths: dict[str, Any] = {}
    for path, method, entry, told in described_routes(routes):
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, entry, told, "GET" in routes[path])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relance admin API", "version": "1", "description": _ABOUT},
        "servers": [{"url": origin}],
        "security": [{"key": []}],
        "tags": [
            {"name": name}
            for name in sorted({one["tags"][0] for methods in paths.values() for one in methods.values()})
        ],
        "paths": models.resolved(paths),
        "webhooks": told_outside(),
        "components": components(models.schemas()),
    }


_ABOUT = (
    "Send `Authorization: Bearer rk_…`. Times are UTC epoch milliseconds unless they are told otherwise, money is in "
    "millionths of its currency. What holds for every route: docs/api.md."
)


def described_routes(routes: Routes) -> Iterator[tuple[str, str, Any, Described]]:
    """Each route that describes itself: address, method, Chalice's entry, what its view says."""
    for path, methods in sorted(routes.items()):
        for method, entry in sorted(methods.items()):
            told = description_of(entry.view_function)
            if told is not None:
                yield path, method, entry, told


def _operation(path: str, method: str, entry: Any, told: Described, readable: bool) -> dict[str, Any]:
    summary, about = _words(entry.view_function.__doc__ or "")
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    operation: dict[str, Any] = {
        "operationId": entry.view_function.__name__,
        "tags": ["description" if told.public else subject(path)],
        "summary": summary,
        **({"description": about} if about else {}),
        "parameters": [
            *map(in_path, names),
            *map(_queried, told.query.items()),
            *_headers(method, told, readable),
        ],
        "responses": _answers(method, told, named=bool(names), readable=readable),
        "security": _security(told),
        "x-roles": _roles(path, method, told),
    }
    if told.body is not None:
        content = {media: {"schema": _schema(told.body)} for media in entry.content_types}
        operation["requestBody"] = {"required": not told.body_optional, "content": content}
    return operation


def _words(docstring: str) -> tuple[str, str]:
    """The first sentence, without its full stop, and the rest of a docstring."""
    first, *rest = _SENTENCE.split(" ".join(docstring.split()), maxsplit=1)
    return first.removesuffix("."), " ".join(rest)


def _queried(parameter: tuple[str, Schema]) -> dict[str, Any]:
    name, schema = parameter
    kept = {key: value for key, value in schema.items() if key not in ("description", "required")}
    required = bool(schema.get("required"))
    return {"name": name, "in": "query", "required": required, "description": schema["description"], "schema": kept}


def _headers(method: str, told: Described, readable: bool) -> list[dict[str, str]]:
    if method == "GET":
        return [header_asked("IfNoneMatch")]
    repeated = method in _REPEATABLE and not told.site_secret
    matched = method in _CHANGES and readable
    return [header_asked(name) for name, there in (("IdempotencyKey", repeated), ("IfMatch", matched)) if there]


def _answers(method: str, told: Described, *, named: bool, readable: bool) -> dict[str, Any]:
    limits = [] if told.public else ["RateLimit", "RateLimitPolicy"]
    own = ["ETag"] if method == "GET" else ["Replayed"] if method in _REPEATABLE else []
    answered = {"description": "Done", "headers": headers("RequestId", *limits, *own)}
    content = {} if 204 in told.statuses else {"content": _content(told)}
    answers: dict[str, Any] = {str(status): answered | content for status in told.statuses}
    if method == "GET":
        answers["304"] = {"$ref": "#/components/responses/304"}
    for status in sorted(_refusals(method, told, named=named, readable=readable)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return answers


def _refusals(method: str, told: Described, *, named: bool, readable: bool) -> set[int]:
    rules = {
        401: not told.public,
        403: not told.public,
        404: named,
        409: method != "GET",
        412: method in _CHANGES and readable,
        415: method in _BODIES,
        422: method in _BODIES or bool(told.query) or named,
        429: not told.public,
        500: True,
        503: True,
    }
    return {status for status, there in rules.items() if there} | (set(told.refuses) & set(REFUSALS))


def _security(told: Described) -> list[dict[str, list[str]]]:
    schemes = [] if told.public else ["key", "site"] if told.site_secret else ["key"]
    return [{scheme: []} for scheme in schemes]


def _roles(path: str, method: str, told: Described) -> list[str]:
    if told.public:
        return []
    return ["operator"] if told.operator else [role for role in ROLES if may(role, method, path)]


def _content(told: Described) -> dict[str, Any]:
    json = {} if told.answer is None else {JSON: {"schema": _schema(told.answer)}}
    return json | {media: {"schema": {"type": "string"}} for media in told.media}


def _schema(of: str | Schema) -> Schema:
    return {"$model": of} if isinstance(of, str) else of
