"""What stands around every view, the first one outermost. Only the API's function comes here, and imports it then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chalice.app import Request, Response

from chalicelib.web.audit import Shown, audit
from chalicelib.web.etags import etags
from chalicelib.web.idempotency import idempotency
from chalicelib.web.middleware import Next, problems, request_ids
from chalicelib.web.rate_limits import rate_limits

Middleware = Callable[[Request, Next], Response]


def around(request: Request, get_response: Next, shows: Shown) -> Response:
    """The answer of a view, by way of all of them. `shows` tells what a GET of a route would answer."""
    answer = get_response
    for middleware in reversed(_in_order(shows)):
        answer = partial(_through, middleware, answer)
    return answer(request)


def _in_order(shows: Shown) -> tuple[Middleware, ...]:
    shown_there = etags(lambda request: shows(request, request.path))
    return request_ids, problems, rate_limits, idempotency, shown_there, audit(shows)


def _through(middleware: Middleware, following: Next, request: Request) -> Response:
    return middleware(request, following)
