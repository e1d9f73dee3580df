"""`/console`: signing in, and what an advertiser's messages and clicks come to."""

from __future__ import annotations

import re
from pathlib import Path

from chalice.app import Blueprint, Response

from chalicelib.clock import DAY
from chalicelib.errors import Forbidden, NotFound, Unauthenticated
from chalicelib.web.sessions import begin, cookie, current, elsewhere, require_token
from chalicelib.web.views import FORM, form, header, parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_PAGE = re.compile(r"inbox(?:/thr_[0-9A-Z]{26})?")
_ASSETS = {
    "htmx.min.js": "application/javascript; charset=utf-8",
    "inbox.js": "application/javascript; charset=utf-8",
    "inbox.css": "text/css; charset=utf-8",
}


@routes.route("/console", methods=["GET"])
@view
def overview() -> Response:
    """The last day of the advertiser that somebody has signed in for, or the form to sign in by."""
    try:
        session, advertiser = current(routes)
    except Unauthenticated:
        return _page(200, refused=False)
    now = services().clock.now()
    counts = services().counters.read(advertiser.id, now - DAY, now)
    return _page(200, refused=False, advertiser=advertiser, counts=counts, token=session.token)


@routes.route("/console", methods=["POST"], content_types=[FORM])
@view
def sign_in() -> Response:
    """Begin a session: for the key's own advertiser, or for the one that the operator names."""
    if header(routes, "sec-fetch-site") not in ("", "same-origin", "none"):
        raise Forbidden("sign in on the console's own page")
    given = form(routes)
    session = begin(*(given.get(name, "").strip() for name in ("key", "advertiser", "agent")))
    if session is None:
        return _page(403, refused=True)
    return elsewhere(_wanted() or "console", cookie(session))


@routes.route("/console/sign-out", methods=["POST"], content_types=[FORM])
@view
def sign_out() -> Response:
    """End the session in this browser."""
    session, _ = current(routes)
    require_token(session, form(routes).get("token", ""))
    return elsewhere("../console", cookie(None))


@routes.route("/console/assets/{name}", methods=["GET"])
@view
def asset(name: str) -> Response:
    """A script or a style of the console's pages."""
    if name not in _ASSETS:
        raise NotFound("asset")
    text = (Path(__file__).parent / "static" / name).read_text(encoding="utf-8")
    headers: dict[str, str | list[str]] = {
        "Content-Type": _ASSETS[name],
        "Cache-Control": "public, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, headers=headers)


def _wanted() -> str | None:
    """The console's page that somebody came for before they signed in."""
    found = _PAGE.fullmatch(parameter(routes, "next", ""))
    return f"console/{found[0]}" if found else None


def _page(status: int, **values: object) -> Response:
    from chalicelib.web import pages

    page = pages.console(header(routes, "accept-language"), **values)
    return Response(page, status_code=status, headers={**pages.HEADERS})
