"""Redirect's edge: `/{code}`, as a Lambda function of its own. A person who clicks lands, whatever fails (P5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from chalicelib.errors import StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.links.names import CODE
from chalicelib.links.landing import landing_url
from chalicelib.logs import log, log_failure
from chalicelib.storage.links import Click, Link
from chalicelib.web.gateway import Request, Response, network, parse, respond
from chalicelib.wiring import Services

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def handle(event: Mapping[str, Any], services: Services) -> Response:
    """Log the click and land, in one call to the table."""
    request = parse(event)
    code = request.path.get("code", "")
    if not CODE.fullmatch(code):
        return _unknown(request)
    click = _click(request, services.clock.now())
    try:
        link = _link(code, click, services)
    except StorageUnavailable as error:
        log_failure("not_landed", error, code=code)
        return _page(request, 503, "try_again")
    if link is None:
        return _unknown(request)
    log("redirect", message=link.message, click=click.id)
    return respond(302, _NO_STORE | {"Location": landing_url(link.target, link.utm, click.id)})


def _link(code: str, click: Click, services: Services) -> Link | None:
    try:
        return services.links.click(code, click)
    except StorageUnavailable as error:
        # The person waits for a page: landing comes first, and the log keeps what the table did not take.
        log_failure("click_not_stored", error, code=code, click=click.id, at=click.at)
        return services.links.get(code, consistent=False)


def _click(request: Request, now: int) -> Click:
    header = request.headers.get
    return Click(
        id=random_token(),
        at=now,
        method=request.method,
        agent=header("user-agent", "")[:300],
        language=header("accept-language", "")[:35],
        referrer=_host(header("referer", "")),
        country=header("cloudfront-viewer-country", "")[:2],
        network=network(request.ip),
        purpose=(header("sec-purpose") or header("purpose") or header("x-moz", ""))[:50],
    )


def _host(url: str) -> str:
    """The host of a page's address; empty where that is none."""
    try:
        return (urlsplit(url).hostname or "")[:100]
    except ValueError:
        return ""


def _unknown(request: Request) -> Response:
    log("unknown_code")
    return _page(request, 404, "unknown_link")


def _page(request: Request, status: int, name: Literal["unknown_link", "try_again"]) -> Response:
    # Imported here: only who cannot land needs a page, and every cold start would pay for the template engine.
    from chalicelib.web import pages

    body = pages.render(f"{name}.html", request.headers.get("accept-language", ""))
    return respond(status, pages.HEADERS, body)
