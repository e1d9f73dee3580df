"""What the views of the blueprints share: errors become problem details, and nothing of them leaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import parse_qs

from chalice.app import Blueprint, Request, Response

from chalicelib.errors import RelanceError, StorageUnavailable, TooMany
from chalicelib.logs import log, log_failure
from chalicelib.web import problems

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

View = Callable[..., Response]


def request_of(routes: Blueprint) -> Request:
    """The request that a view of these routes is answering."""
    request = routes.current_request
    if request is None:
        raise LookupError("no request is being answered")
    return request


def header(routes: Blueprint, name: str) -> str:
    """A header of the request, empty where it was not sent."""
    return str(request_of(routes).headers.get(name, ""))


def parameter(routes: Blueprint, name: str, default: str) -> str:
    """A query parameter of the request."""
    given: Mapping[str, str] | None = request_of(routes).query_params
    return given.get(name, default) if given else default


def raw_body(routes: Blueprint) -> bytes:
    """The request's body, byte for byte: what a signature is over."""
    body = request_of(routes).raw_body
    return body.encode() if isinstance(body, str) else body


def form(routes: Blueprint) -> dict[str, str]:
    """The fields of a posted form; of a field that is there twice, the first."""
    body = request_of(routes).raw_body
    given = parse_qs(body if isinstance(body, str) else body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in given.items()}


def view(function: View) -> View:
    """Answer domain errors as problem details, and everything unexpected as a 500 that says nothing."""

    @wraps(function)
    def answer(*args: Any, **kwargs: Any) -> Response:
        try:
            response = function(*args, **kwargs)
        except RelanceError as error:
            if isinstance(error, StorageUnavailable):  # It may be a table that is away, or a policy that forgot a key.
                log_failure("storage_unavailable", error, view=function.__name__)
            status, body = problems.render(error)
            response = Response(body, status_code=status, headers={"Content-Type": problems.MEDIA_TYPE})
            if isinstance(error, TooMany):
                response.headers["Retry-After"] = str(error.retry_after_s)
        except Exception as error:  # noqa: BLE001 - the caller gets an answer, the log gets where it happened
            log_failure("view_failed", error, view=function.__name__)
            body = '{"type": "about:blank", "title": "Error", "status": 500}'
            response = Response(body, status_code=500, headers={"Content-Type": problems.MEDIA_TYPE})
        log("view", view=function.__name__, status=response.status_code)
        return response

    return answer
