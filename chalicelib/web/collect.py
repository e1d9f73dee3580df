"""Collect's edge: `/p.gif`, `/e`, `/t.js` and `/c.js`, as one Lambda function of their own (docs/adr/0003)."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.errors import FieldError, InvalidInput, RelanceError, StorageUnavailable, TooLarge
from chalicelib.logs import log, log_failure
from chalicelib.tracking.admission import origin_of
from chalicelib.tracking.collect import Caller, Result
from chalicelib.web import problems
from chalicelib.web.gateway import Request, Response, parse, respond, respond_binary
from chalicelib.wiring import Services

_GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# A 1x1 GIF of seven-bit bytes only, which is text: a gateway decodes binary answers only for an Accept that it knows,
# so a client that sends none would get base64. It cannot be transparent, and clients without Accept show nothing.
_SEVEN_BIT_GIF = "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
_LARGEST_BODY = 64 * 1024
_CORS = {"Access-Control-Allow-Origin": "*"}
_NO_STORE = {"Cache-Control": "no-store"}


def handle(event: Mapping[str, Any], services: Services) -> Response:
    """Answer one request to a route of collect."""
    request = parse(event)
    match request.resource:
        case "/p.gif":
            return _pixel(request, services)
        case "/e":
            return _batch(request, services)
        case path:
            return _script(path.removeprefix("/"))


def _pixel(request: Request, services: Services) -> Response:
    """The image, whatever came. Only an event that should have been kept and was not changes the status."""
    status = 200
    try:
        drop = services.collector.pixel(request.query, _caller(request))
        log("pixel", drop=drop)
    except StorageUnavailable as error:
        log_failure("pixel_not_stored", error)
        status = 503
    except Exception as error:  # noqa: BLE001 - a visitor never sees an error of ours
        log_failure("pixel_failed", error)
    headers = _NO_STORE | {"Content-Type": "image/gif"}
    return (
        respond_binary(status, headers, _GIF)
        if request.headers.get("accept")
        else respond(status, headers, _SEVEN_BIT_GIF)
    )


def _batch(request: Request, services: Services) -> Response:
    headers = _CORS | _NO_STORE
    try:
        body, caller = _json(request.body), _caller(request)
        network = services.network_door.ask(body, caller, request.headers.get("cookie", ""))
        headers |= network.headers
        results = [] if network.said_no else services.collector.batch(body, replace(caller, network=network.cookie))
    except RelanceError as error:
        status, body = problems.render(error)
        log("events_refused", status=status)
        return respond(status, headers | {"Content-Type": problems.MEDIA_TYPE}, body)
    statuses = [result.status for result in results]
    log(
        "events",
        accepted=statuses.count("accepted"),
        rejected=statuses.count("rejected"),
        retry=statuses.count("retry"),
    )
    answer = {"accepted": statuses.count("accepted"), "results": [_result(result) for result in results]}
    return respond(_status(statuses), headers | {"Content-Type": "application/json"}, json.dumps(answer))


def _status(statuses: Sequence[str]) -> int:
    """202 where anything was taken; 503 where trying again will help; 422 where nothing was right."""
    if "retry" in statuses:
        return 503
    return 422 if statuses and all(status == "rejected" for status in statuses) else 202


def _result(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {"index": result.index, "status": result.status}
    if result.reason:
        told["reason"] = result.reason
    if result.errors:
        told["errors"] = [{"field": e.field, "rule": e.rule, "message": e.message} for e in result.errors]
    return told


def _script(name: str) -> Response:
    headers = {"Content-Type": "application/javascript; charset=utf-8", "Cache-Control": "public, max-age=3600"}
    log("script")
    return respond(200, headers | _CORS, _static(name))


@cache
def _static(name: str) -> str:
    return (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")


def _caller(request: Request) -> Caller:
    authorization = request.headers.get("authorization", "")
    return Caller(
        origin=origin_of(request.headers.get("origin") or request.headers.get("referer") or ""),
        bearer=authorization[7:] if authorization[:7].lower() == "bearer " else None,
        gpc=request.headers.get("sec-gpc") == "1",
    )


def _json(body: bytes) -> Any:
    if len(body) > _LARGEST_BODY:
        raise TooLarge(f"a body is at most {_LARGEST_BODY} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput([FieldError("body", "json", "the body is not JSON")]) from None
