"""What stands around every view: each answer has its request's id, and the framework's own refusals are problems."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chalice.app import Request, Response

from chalicelib.errors import RelanceError
from chalicelib.logs import log_failure
from chalicelib.web.problems import MEDIA_TYPE, render

Next = Callable[[Request], Response]
API = "/v1/"
_TITLES = {405: "This address does not know that method", 415: "This media type is not taken"}


def request_ids(request: Request, get_response: Next) -> Response:
    """Name the request in its answer, as the gateway's log has it."""
    response = get_response(request)
    if request_id := request.context.get("requestId"):
        response.headers["X-Request-Id"] = request_id
    return response


def problems(request: Request, get_response: Next) -> Response:
    """What the framework or a middleware refuses is told as every other problem (RFC 9457)."""
    try:
        response = get_response(request)
    except RelanceError as error:
        log_failure("request_failed", error, route=request.path)
        status, text = render(error)
        return Response(text, status_code=status, headers={"Content-Type": MEDIA_TYPE})
    body: Any = response.body
    if response.status_code < 400 or not isinstance(body, dict) or "Code" not in body:
        return response
    told = problem(response.status_code, _TITLES.get(response.status_code, "Error"))
    told.headers.update({name: value for name, value in response.headers.items() if name == "Allow"})
    return told


def problem(status: int, title: str, detail: str | None = None, *, retry_after: str | None = None) -> Response:
    """An answer that says what is wrong."""
    body = {"type": "about:blank", "title": title, "status": status} | ({"detail": detail} if detail else {})
    response = Response(json.dumps(body), status_code=status, headers={"Content-Type": MEDIA_TYPE})
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return response
