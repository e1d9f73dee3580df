"""Redirect's edge: `/{code}`, as a Lambda function of its own. A person who clicks lands, whatever fails (P5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from chalicelib.errors import StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.links.destination import Landing, destination
from chalicelib.links.landing import landing_url
from chalicelib.links.names import CODE, SLUG
from chalicelib.logs import log, log_failure
from chalicelib.storage.links import NOT_A_PAGE, Click, Link
from chalicelib.web.gateway import Request, Response, network, parse, respond
from chalicelib.wiring import Services

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_GATEWAY = ".amazonaws.com"
"""What API Gateway's own host names end in: they are the service's, like its origin."""
_AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""How Chrome, older Safaris and Firefox say that nobody has tapped yet."""
_PAGES = ("document", "iframe", "frame")
"""What `Sec-Fetch-Dest` says of a page that is opened (Fetch Metadata Request Headers)."""


def handle(event: Mapping[str, Any], services: Services) -> Response:
    """Log the click and land, in one call to the table."""
    request = parse(event)
    click = click_of(request.method, request.headers, network(request.ip), services.clock.now())
    try:
        link = _found(request, click, services)
    except StorageUnavailable as error:
        log_failure("not_landed", error)
        return _page(request, 503, "try_again.html")
    if link is None:
        log("unknown_code")
        return _page(request, 404, "unknown_link.html")
    chosen = destination(link, click)
    if not isinstance(chosen, Landing):
        return _page(request, 410 if chosen == "over" else 404, "ended_link.html", over=chosen == "over")
    click_id = click.id if link.tracked else None
    log("redirect", message=link.message or None, click=click_id)
    url = landing_url(chosen.target, link.utm, click_id, _asked(event))
    if chosen.app:
        return _page(request, 200, "open_app.html", app=chosen.app, url=url)
    return respond(302, _NO_STORE | {"Location": url})


def _found(request: Request, click: Click, services: Services) -> Link | None:
    for name in _names(request, services.settings.origin):
        if link := _link(name, click, services):
            services.recent_links.keep(link)
            return link
    return None


def _names(request: Request, origin: str) -> Iterator[str]:
    """What the link may be called. A host that is not the service's is an advertiser's, and has slugs of its own."""
    code = request.path.get("code") or ""
    host = request.headers.get("host", "").lower()
    if host and host != origin.partition("://")[2].partition("/")[0].lower() and not host.endswith(_GATEWAY):
        slug = code.lower()
        if SLUG.fullmatch(slug):
            yield f"{host.partition(':')[0]}/{slug}"
    if CODE.fullmatch(code):
        yield code


def _link(name: str, click: Click, services: Services) -> Link | None:
    try:
        return services.links.click(name, click)
    except StorageUnavailable as error:
        # The person waits for a page: landing comes first.
        log_failure("log_write_failed", error)
    try:
        link = services.links.get(name, consistent=False)
    except StorageUnavailable:
        link = services.recent_links.get(name)
        if link is None:
            raise
    if link and link.tracked:
        # What the table did not take is written here, whole: `relance clicks recover` reads it.
        log("click_not_stored", link=name, **click.facts())
    return link


def click_of(method: str, headers: Mapping[str, str], network: str, now: int) -> Click:
    """What a request shows. Headers by lower-case name; the address truncated."""
    header = headers.get
    return Click(
        id=random_token(),
        at=now,
        method=method,
        agent=header("user-agent", "")[:300],
        language=header("accept-language", "")[:35],
        referrer=_host(header("referer", "")),
        country=header("cloudfront-viewer-country", "")[:2],
        network=network,
        purpose=_purpose(headers),
    )


def _purpose(headers: Mapping[str, str]) -> str:
    """What a browser says of a request that is no tap on a link."""
    said = [headers[name] for name in _AHEAD if headers.get(name)]
    wanted = headers.get("sec-fetch-dest", "document")
    if wanted not in _PAGES:
        said.append(f"{NOT_A_PAGE}{wanted}")
    return "; ".join(said)[:50]


def _asked(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The short link's own query, decoded, as often as each name is there."""
    several: Mapping[str, list[str]] | None = event.get("multiValueQueryStringParameters")
    if several:
        return [(name, value) for name, values in several.items() for value in values]
    return list((event.get("queryStringParameters") or {}).items())


def _host(url: str) -> str:
    """The host of a page's address; empty where that is none."""
    try:
        return (urlsplit(url).hostname or "")[:100]
    except ValueError:
        return ""


def _page(request: Request, status: int, template: str, **values: object) -> Response:
    # Imported here: only who does not land at once needs a page, and every cold start would pay for the engine.
    from chalicelib.web import pages

    body = pages.render(template, request.headers.get("accept-language", ""), **values)
    return respond(status, pages.HEADERS, body)
