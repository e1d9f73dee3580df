"""ETags: what was read can be asked for if it changed, and changed if it did not (RFC 9110, 13).

The tag is of the representation itself, so every GET has one and no store keeps any. Whoever sends `If-Match` has its
change made in turn with all others who do: of two that saw the same, one is told that it was second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.web.middleware import API, Next, problem
from chalicelib.wiring import services

_CHANGES = frozenset({"PUT", "PATCH", "DELETE"})
Representation = Callable[[Request], Response | None]
"""What a GET of the same address would answer now; None where it has no GET."""


def etags(representation: Representation) -> Callable[[Request, Next], Response]:
    """The middleware, given a way to what an address shows."""

    def handle(request: Request, get_response: Next) -> Response:
        if not request.path.startswith(API):
            return get_response(request)
        if request.method == "GET":
            return _tagged(request, get_response(request))
        wanted = str(request.headers.get("if-match", ""))
        if wanted and request.method in _CHANGES:
            return _if_unchanged(request, get_response, representation, wanted)
        return get_response(request)

    return handle


def tag_of(response: Response) -> str:
    """The tag of a representation."""
    body = response.body if isinstance(response.body, bytes) else str(response.body).encode()
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _tagged(request: Request, response: Response) -> Response:
    if response.status_code != 200:
        return response
    tag = tag_of(response)
    known = _listed(str(request.headers.get("if-none-match", "")))
    if tag in known or "*" in known:
        return Response("", status_code=304, headers={"ETag": tag, "Cache-Control": "no-store"})
    response.headers["ETag"] = tag
    return response


def _if_unchanged(request: Request, get_response: Next, representation: Representation, wanted: str) -> Response:
    # Whoever may not see a thing, or saw another, takes no turn and is in nobody's way.
    if refused := _refused(representation(request), wanted):
        return refused
    place = request.path.format(**(request.uri_params or {}))
    turns = services().turns
    turn = turns.take(place, services().clock.now())
    if turn is None:
        return problem(409, "Somebody else is changing this", "If-Match: try again in a moment", retry_after="1")
    try:
        return _refused(representation(request), wanted) or get_response(request)
    finally:
        turns.give_back(place, turn)


def _refused(shown: Response | None, wanted: str) -> Response | None:
    """Why a change may not be made of what an address shows; None where it may."""
    if shown is not None and shown.status_code in (401, 403):
        return shown
    if shown is None or shown.status_code != 200 or not _matches(wanted, tag_of(shown)):
        return problem(412, "This has changed since it was read", "If-Match: read it again")
    return None


def _matches(wanted: str, tag: str) -> bool:
    listed = _listed(wanted)
    return "*" in listed or tag in listed


def _listed(tags: str) -> frozenset[str]:
    """The tags of a header. A weak one never matches strongly, so its prefix stays."""
    return frozenset(tag.strip() for tag in tags.split(",") if tag.strip())
