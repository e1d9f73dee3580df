"""Each answer that a test gets from the API is held against the API's own description: it holds that and no more.

The description is open, so that answers may grow; what is answered today has to be told today.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from chalice.local import RouteMatcher
from jsonschema_rs import Draft202012Validator

import app as application
from chalicelib.web.described import description_of
from chalicelib.web.openapi import document

DOCUMENT = document(application.app.routes, "https://r.example")
_MATCHER = RouteMatcher(list(application.app.routes))
_TYPES = ("application/json", "application/problem+json")


def hold(method: str, path: str, status: int, headers: dict[str, str], text: str) -> None:
    """AssertionError where an answer is none that the description tells of."""
    route = _route(path)
    entry = application.app.routes.get(route, {}).get(method)
    if entry is None or description_of(entry.view_function) is None:
        return  # Not a described route: a page, or a method that is refused.
    answers = DOCUMENT["paths"][route][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {route} answers {status}, which its description does not tell"
    told = _resolved(answers[str(status)])
    if status in (204, 304):
        return
    media = {name.lower(): value for name, value in headers.items()}["content-type"].partition(";")[0]
    assert media in told["content"], f"{method} {route} answers {media}"
    if media in _TYPES:
        errors = list(_validator(json.dumps(told["content"][media]["schema"])).iter_errors(json.loads(text)))
        assert not errors, f"{method} {route}: {[(error.instance_path, error.message[:200]) for error in errors]}"


def _route(path: str) -> str:
    try:
        return str(_MATCHER.match_route(urlsplit(path).path).route)
    except ValueError:
        return ""


def _resolved(answer: Any) -> Any:
    name = answer.get("$ref", "").removeprefix("#/components/responses/")
    return DOCUMENT["components"]["responses"][name] if name else answer


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(_closed({**json.loads(schema), "components": DOCUMENT["components"]}))


def _closed(schema: Any) -> Any:
    """A schema whose objects hold nothing but what is told."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    told = schema.get("type") == "object" and "properties" in schema
    return {"additionalProperties": False, **closed} if told else closed
