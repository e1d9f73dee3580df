"""What a view says of itself for the API's description (web/openapi.py, docs/adr/0038), beside the view.

Everything here is names and plain values: `app.py` imports the blueprints at every cold start, and what is named
(`"web.template_models:NewTemplate"`, below `chalicelib`) is imported when somebody asks for the description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.web.views import View

Schema = Mapping[str, Any]
"""A JSON schema (draft 2020-12). `{"$model": "web.x_models:Y"}` in it stands for what a model or TypedDict takes."""
_KEPT = "described"


class Described:
    """One route's own part of the description; the rest is read from the route and from its view's docstring."""

    __slots__ = (
        "answer",
        "body",
        "body_optional",
        "media",
        "operator",
        "public",
        "query",
        "refuses",
        "site_secret",
        "statuses",
    )

    def __init__(
        self,
        body: str | Schema | None,
        answer: str | Schema | None,
        query: Mapping[str, Schema],
        statuses: tuple[int, ...],
        refuses: tuple[int, ...],
        media: tuple[str, ...],
        **flags: bool,
    ) -> None:
        self.body, self.answer, self.query, self.media = body, answer, query, media
        self.statuses, self.refuses = statuses, refuses
        self.operator = flags["operator"]
        self.site_secret = flags["site_secret"]
        self.public = flags["public"]
        self.body_optional = flags["body_optional"]


def described(
    *,
    answer: str | Schema | None = None,
    body: str | Schema | None = None,
    query: Mapping[str, Schema] | None = None,
    status: int | tuple[int, ...] = 200,
    refuses: tuple[int, ...] = (),
    media: tuple[str, ...] = (),
    operator: bool = False,
    site_secret: bool = False,
    public: bool = False,
    body_optional: bool = False,
) -> Callable[[View], View]:
    """Declare a route: above `@view`, below `@routes.route`.

    `answer` is a model, TypedDict, dataclass or schema of the answer; None where there is none in JSON. `media` are its
    types where it is no JSON, or those that it has beside.
    `body` is the model that `read_body` is given. `refuses` are the codes that are this route's own: what every route
    may answer (401, 403, 404, 409, 412, 415, 422, 429, 500, 503) is known from its method and parameters.
    `operator`: the operator's keys alone. `site_secret`: a site's secret will do. `public`: no key is needed.
    """
    statuses = (status,) if isinstance(status, int) else status
    flags = {"operator": operator, "site_secret": site_secret, "public": public, "body_optional": body_optional}
    told = Described(body, answer, query or {}, statuses, refuses, media, **flags)

    def keep(function: View) -> View:
        setattr(function, _KEPT, told)
        return function

    return keep


def description_of(function: View) -> Described | None:
    """What a view says of itself; None where it says nothing."""
    told: Described | None = getattr(function, _KEPT, None)
    return told


def text(about: str, *, pattern: str | None = None, required: bool = False) -> Schema:
    """A query parameter that is a text."""
    rule = {"pattern": pattern} if pattern else {}
    return {"type": "string", "description": about, "required": required} | rule


def one_of(about: str, *values: str, usual: str | None = None) -> Schema:
    """A query parameter that is one of a few words."""
    return {"type": "string", "description": about, "enum": list(values)} | ({"default": usual} if usual else {})


def whole(about: str, least: int, most: int, usual: int | None = None) -> Schema:
    """A query parameter that is a whole number."""
    default = {"default": usual} if usual is not None else {}
    return {"type": "integer", "description": about, "minimum": least, "maximum": most} | default


TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}


def holding(**fields: str | Schema) -> dict[str, Any]:
    """An object that always has these fields; a text names the model of one."""
    properties = {name: {"$model": told} if isinstance(told, str) else told for name, told in fields.items()}
    return {"type": "object", "properties": properties, "required": list(fields)}


def either(*models: str) -> Schema:
    """One of several models."""
    return {"anyOf": [{"$model": told} for told in models]}


def each(of: str | Schema) -> dict[str, Any]:
    """A list of such things."""
    return {"type": "array", "items": {"$model": of} if isinstance(of, str) else of}


def done(what: str, *names: str) -> Schema:
    """That something was done (`removed`), and to which things (`segment`): by the names in the address."""
    return holding(**dict.fromkeys(names, TEXT), **{what: {"const": True}})


def listed(things: str, of: str | Schema, **beside: Schema) -> Schema:
    """A page of a list: its things, each as a model says, what stands beside them, and the cursor of the next page."""
    following = {"type": ["string", "null"], "description": "What `after` is for the next page; null on the last"}
    return holding(**{things: each(of)}, next=following, **beside)


IN_BATCHES: dict[str, Schema] = {"limit": whole("How many at most", 1, 100, 50)}
"""Beside PAGED: a list whose things are read by their keys."""
HOURS: dict[str, Schema] = {"hours": whole("How many hours back", 1, 24 * 31, 24)}
REASON: dict[str, Schema] = {
    "reason": text("Why somebody looks, for the audit log: access, dispute, support, …", required=True)
}
PAGED: dict[str, Schema] = {
    "limit": whole("How many at most", 1, 200, 50),
    "after": text("The `next` of the page before"),
}
