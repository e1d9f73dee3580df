"""`/v1/openapi.json`: what the API takes and answers, as the routes themselves say it."""

from __future__ import annotations

import json
from functools import cache

from chalice.app import Blueprint, Response

from chalicelib.web.described import described
from chalicelib.web.views import JSON, view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/openapi.json", methods=["GET"])
@described(answer={"type": "object", "description": "An OpenAPI 3.1 document"}, public=True)
@view
def openapi() -> Response:
    """What this API takes and answers, for people and tools (OpenAPI 3.1)."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
    return Response(_written(services().settings.origin), headers={**headers})


@cache
def _written(origin: str) -> str:
    """The description as text, made once in a container."""
    from chalicelib.web.openapi import document

    return json.dumps(document(routes.current_app.routes, origin), ensure_ascii=False)
