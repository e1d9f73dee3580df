"""`/v1/openapi.json` and `/v1/docs…`: what the API takes and answers, as the routes themselves say it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFound
from chalicelib.web.described import described, holding
from chalicelib.web.views import JSON, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.api_page import Operation

routes = Blueprint(__name__)
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_DOCUMENT = holding(openapi={"const": "3.1.0"})
_DOCUMENT |= {"description": "An OpenAPI 3.1 document", "additionalProperties": True}
_HTML = "text/html"


@routes.route("/v1/openapi.json", methods=["GET"])
@described(answer=_DOCUMENT, public=True)
@view
def openapi() -> Response:
    """What this API takes and answers, for people and tools (OpenAPI 3.1)."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
    return Response(_written(services().settings.origin), headers={**headers})


@routes.route("/v1/docs", methods=["GET"])
@described(media=(_HTML,), public=True)
@view
def list_docs() -> Response:
    """All routes of this API, on a page for people."""
    origin = services().settings.origin
    about = _document(origin)["info"]["description"]
    return _page("api/index.html", "", resources=_resources(origin), about=about)


@routes.route("/v1/docs/{resource}", methods=["GET"])
@described(media=(_HTML,), public=True)
@view
def show_docs(resource: str) -> Response:
    """The routes of one resource, on a page for people: parameters, bodies, examples."""
    operations = _resources(services().settings.origin).get(resource)
    if operations is None:
        raise NotFound("resource")
    return _page("api/resource.html", "../", resource=resource, operations=operations)


def _page(template: str, root: str, **values: Any) -> Response:
    from chalicelib.web import pages

    names = list(_resources(services().settings.origin))
    page = pages.render(template, "en", **{"root": root, "names": names, "resource": ""} | values)
    return Response(page, headers={**pages.HEADERS, "Content-Security-Policy": _POLICY})


@cache
def _resources(origin: str) -> dict[str, list[Operation]]:
    from chalicelib.web.api_page import resources

    return resources(_document(origin))


@cache
def _written(origin: str) -> str:
    return json.dumps(_document(origin), ensure_ascii=False)


@cache
def _document(origin: str) -> dict[str, Any]:
    """The description, made once in a container."""
    from chalicelib.web.openapi import document

    return document(routes.current_app.routes, origin)
