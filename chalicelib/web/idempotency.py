"""`Idempotency-Key`: a request that is sent again is answered as it was, and done once.

After draft-ietf-httpapi-idempotency-key-header. An answer that says that we failed, or to come again later, is not
kept: the same request may be made again, as without a key. Of one whose worker died nobody knows what came of it, and
the caller is told that.
"""

from __future__ import annotations

import hashlib
import json
import re

from chalice.app import Request, Response

from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log_failure
from chalicelib.web.admin_requests import shown
from chalicelib.web.middleware import API, Next, problem
from chalicelib.wiring import services

_METHODS = frozenset({"POST", "PATCH"})
_BY_ITSELF = frozenset({"/v1/messages"})
"""The key is the message's own name there (web/messages.py), and the same request tells how the message stands."""
_NAME = re.compile(r"[\x21-\x7e]{1,255}")
_LARGEST = 380_000
"""Bytes of an answer that is kept, sealed: an item of the table holds 400 kB."""


def idempotency(request: Request, get_response: Next) -> Response:
    """Do a request once for each of its key's names."""
    given = request.headers.get("idempotency-key")
    takes_one = request.method in _METHODS and request.path not in _BY_ITSELF and request.path.startswith(API)
    if given is None or not takes_one:
        return get_response(request)
    name = str(given)
    if not _NAME.fullmatch(name):  # An empty one too: whoever sends it believes to be safe from doing a thing twice.
        return problem(422, "The input breaks rules", "Idempotency-Key: 1 to 255 visible ASCII characters")
    key = shown(request)
    if key is None:
        return get_response(request)
    return _once(request, get_response, _digest(key.id, name))


def _once(request: Request, get_response: Next, place: str) -> Response:
    once = services().answered_once
    fingerprint = _digest(request.method, request.path, json.dumps(_asked(request), sort_keys=True), _body(request))
    before = once.begin(place, fingerprint, services().clock.now())
    if before is None:
        response = get_response(request)
        try:
            if response.status_code >= 500 or "Retry-After" in response.headers:
                once.forget(place)
            else:
                once.settle(place, _sealed(place, response))
        except StorageUnavailable as unavailable:  # What was done is told; who asks again is told to look.
            log_failure("answer_not_kept", unavailable, route=request.path)
        return response
    if before.fingerprint != fingerprint:
        return problem(422, "The input breaks rules", "Idempotency-Key: another request had this one")
    if not before.done and before.runs(services().clock.now()):
        return problem(409, "The first request with this Idempotency-Key is still running", retry_after="5")
    if not before.done:
        return problem(409, "The first request broke off", "Idempotency-Key: look at what came of it, and use another")
    if before.answer is None:
        return problem(409, "This was done before", "Idempotency-Key: the answer was too large to be kept")
    told = json.loads(services().vault.open(before.answer, _place(place)))
    headers = told["headers"] | {"Idempotency-Replayed": "true"}
    return Response(told["body"], status_code=told["status"], headers=headers)


def _asked(request: Request) -> dict[str, object]:
    query = request.query_params
    return {"path": request.uri_params or {}, "query": {name: query.getlist(name) for name in query} if query else {}}


def _body(request: Request) -> str:
    body = request.raw_body
    return body if isinstance(body, str) else body.decode("latin-1")


def _sealed(place: str, response: Response) -> bytes | None:
    if not isinstance(response.body, str):
        return None
    told = {"status": response.status_code, "headers": dict(response.headers), "body": response.body}
    sealed = services().vault.seal(json.dumps(told, ensure_ascii=False), _place(place))
    return sealed if len(sealed) <= _LARGEST else None


def _place(name: str) -> str:
    return f"once/{name}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
