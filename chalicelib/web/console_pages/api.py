"""How the console asks the API: in process, by its own routes, with the key that has signed in (docs/adr/0047).

So a page can do what its reader's key can do and nothing else, what it changes is in the audit log, and whatever it
shows can be had from the API.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from chalice.app import Chalice

from chalicelib.web.admin_requests import SignedIn, in_the_name_of

JSON = "application/json"
_LIKE_JSON = (JSON, "application/problem+json")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    body: Any
    """Of JSON, the value; of anything else, the text."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status < 400

    @property
    def etag(self) -> str:
        """The tag of what was shown, for `If-Match`."""
        return self.headers.get("etag", "")

    @property
    def errors(self) -> dict[str, Problem]:
        """What is wrong, by field; what concerns no field under the empty name."""
        if self.ok or not isinstance(self.body, dict):
            return {}
        named = {one["field"]: Problem(one["rule"], one["message"]) for one in self.body.get("errors", [])}
        whole = self.body.get("detail") or self.body.get("title", "")
        return named or {"": Problem(str(self.body.get("rule", self.status)), str(whole))}


class Refused(Exception):
    """The API does not show what a page cannot do without."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def ask(
    app: Chalice,
    signed_in: SignedIn,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str = JSON,
) -> Answer:
    """Ask a route of the API in somebody's name. A body that is no text is sent as JSON."""
    content = body if isinstance(body, str) or body is None else json.dumps(body)
    route, values = _route(app.routes, path)
    event = {
        "requestContext": {"httpMethod": method, "resourcePath": route, "requestId": None},
        "pathParameters": values,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "headers": {"content-type": kind, "accept": "*/*"} | {k.lower(): v for k, v in (headers or {}).items()},
        "stageVariables": None,
        "isBase64Encoded": False,
        "body": content,
    }
    asking = app.current_request
    try:
        with in_the_name_of(signed_in):
            told: dict[str, Any] = app(event, None)
    finally:
        app.current_request = asking
    named = {name.lower(): str(value) for name, value in told.get("headers", {}).items()}
    return Answer(told["statusCode"], _read(told["body"], named.get("content-type", "")), named)


def segment(value: str) -> str:
    """A value as one part of a path."""
    return quote(value, safe="")


def _read(text: str, kind: str) -> Any:
    return json.loads(text) if text and kind.partition(";")[0].strip() in _LIKE_JSON else text


def _route(routes: Iterable[str], path: str) -> tuple[str, dict[str, str]]:
    """The route of a path, and what stands for its names. Of two that fit, the one with more fixed parts."""
    parts = path.strip("/").split("/")
    fitting = [(route, values) for route in routes if (values := _fits(route.strip("/").split("/"), parts)) is not None]
    if not fitting:
        raise LookupError(f"the API has no route {path}")
    return min(fitting, key=lambda found: len(found[1]))


def _fits(route: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(route) != len(parts):
        return None
    values = {}
    for name, part in zip(route, parts, strict=True):
        if name.startswith("{"):
            values[name[1:-1]] = unquote(part)
        elif name != part:
            return None
    return values
