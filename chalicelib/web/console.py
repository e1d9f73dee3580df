"""`/console…`: signing in, and the way to each page. What a page shows is in console_pages/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import Forbidden, NotFound, Unauthenticated
from chalicelib.web import console_language
from chalicelib.web.sessions import begin, cookie, elsewhere, page_named, refusal, require_token, signed_in
from chalicelib.web.views import FORM, form, header, parameter, request_of, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.console_pages.desk import Desk

routes = Blueprint(__name__)
_SCRIPT, _STYLE = "application/javascript; charset=utf-8", "text/css; charset=utf-8"
_ASSETS = {
    "htmx.min.js": _SCRIPT,
    "icon.svg": "image/svg+xml",
    "inbox.js": _SCRIPT,
    "inbox.css": _STYLE,
    "console.js": _SCRIPT,
    "ago.js": _SCRIPT,
    "contacts.js": _SCRIPT,
    "console.css": _STYLE,
    "composer.js": _SCRIPT,
    "results.js": _SCRIPT,
    "uplot.min.js": _SCRIPT,
    "uplot.min.css": _STYLE,
}


@routes.route("/console", methods=["GET"])
@view
def overview() -> Response:
    """Where an advertiser stands, or the form to sign in by."""
    try:
        return _shown("")
    except Unauthenticated:
        return _sign_in_page(200)


@routes.route("/console", methods=["POST"], content_types=[FORM])
@view
def sign_in() -> Response:
    """Begin a session: for the key's own advertiser, or for the one that the operator names."""
    if header(routes, "sec-fetch-site") not in ("", "same-origin", "none"):
        raise Forbidden("sign in on the console's own page")
    given = form(routes)
    key, named, agent = (given.get(name, "").strip() for name in ("key", "advertiser", "agent"))
    session = begin(key, named, agent)
    if session is None:
        return _sign_in_page(403, refused=refusal(key, named), named=named, agent=agent)
    wanted = page_named(parameter(routes, "next", ""))
    return elsewhere(f"console/{wanted}" if wanted else "console", cookie(session))


@routes.route("/console/sign-out", methods=["POST"], content_types=[FORM])
@view
def sign_out() -> Response:
    """End the session in this browser."""
    session, _, _ = signed_in(routes)
    require_token(session, form(routes).get("token", ""))
    return elsewhere("../console", cookie(None))


@routes.route("/console/language/{language}", methods=["GET"])
@view
def choose_language(language: str) -> Response:
    """Keep a language, and go back to where it was chosen (?back=)."""
    if language not in ("fr", "en"):
        raise NotFound("language")
    back = page_named(parameter(routes, "back", ""))
    chosen = console_language.cookie("en" if language == "en" else "fr")
    return elsewhere(f"../{back}" if back else "../../console", chosen)


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


@routes.route("/console/{section}", methods=["GET"])
@view
def section_page(section: str) -> Response:
    """A section's first page."""
    return _shown(section)


@routes.route("/console/{section}/{thing}", methods=["GET"])
@view
def thing_page(section: str, thing: str) -> Response:
    """A thing of a section."""
    return _shown(section, thing)


@routes.route("/console/{section}/{thing}/{action}", methods=["GET"])
@view
def action_page(section: str, thing: str, action: str) -> Response:
    """What can be done with a thing."""
    return _shown(section, thing, action)


@routes.route("/console/{section}", methods=["POST"], content_types=[FORM])
@view
def section_form(section: str) -> Response:
    """A form of a section."""
    return _done(section)


@routes.route("/console/{section}/{thing}", methods=["POST"], content_types=[FORM])
@view
def thing_form(section: str, thing: str) -> Response:
    """A form about a thing."""
    return _done(section, thing)


@routes.route("/console/{section}/{thing}/{action}", methods=["POST"], content_types=[FORM])
@view
def action_form(section: str, thing: str, action: str) -> Response:
    """A form that does something with a thing."""
    return _done(section, thing, action)


def _shown(*place: str) -> Response:
    from chalicelib.web.console_pages import router

    if request_of(routes).context["path"].endswith("/"):
        return elsewhere(f"../{place[-1] or 'console'}")  # Its relative links would lead one level too deep.
    try:
        desk = _desk("/".join(place))
    except Unauthenticated:
        if place == ("",):
            raise
        return _to_sign_in(*place)
    return router.answered(desk, *place[1:])


def _done(*place: str) -> Response:
    from urllib.parse import parse_qs

    from chalicelib.web.console_pages import router

    body = request_of(routes).raw_body
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    try:
        desk = _desk("/".join(place), parse_qs(text, keep_blank_values=True))
    except Unauthenticated:
        return _to_sign_in(*place)
    return router.answered(desk, *place[1:])


def _desk(place: str, posted: dict[str, list[str]] | None = None) -> Desk:
    from chalicelib.web.console_pages.desk import Desk

    session, advertiser, role = signed_in(routes)
    asks_piece = header(routes, "hx-request") == "true"
    return Desk(
        app=routes.current_app,
        session=session,
        advertiser=advertiser,
        role=role,
        language=console_language.language_of(routes),
        place=place,
        parameters=dict(request_of(routes).query_params or {}),
        is_form=posted is not None,
        posted=posted or {},
        is_part=asks_piece,
        page_place=_place_in(header(routes, "hx-current-url")) if asks_piece else None,
    )


def _place_in(address: str) -> str | None:
    """Where below /console/ a page stands, by its whole address; None for what is none."""
    from urllib.parse import urlsplit

    _, found, place = urlsplit(address).path.partition("/console")
    return place.strip("/") if found else None


def _to_sign_in(*place: str) -> Response:
    """Htmx would put the form into a piece of the page: it is told to load the whole anew."""
    if header(routes, "hx-request") == "true":
        return Response("", status_code=401, headers={"HX-Refresh": "true", "Content-Type": "text/plain"})
    wanted = page_named("/".join(place))
    asked = f"?next={wanted}" if wanted else ""
    return elsewhere(f"{'../' * len(place)}console{asked}")


def _sign_in_page(status: int, *, refused: str = "", named: str = "", agent: str = "") -> Response:
    from chalicelib.web import pages
    from chalicelib.web.console_pages.desk import HEADERS

    wanted = page_named(parameter(routes, "next", ""))
    page = pages.in_language(
        "console/sign_in.html",
        console_language.language_of(routes),
        refused=refused,
        named=named,
        agent=agent,
        by_provider=f"console/oidc?next={wanted}" if services().settings.oidc_issuer else None,
    )
    return Response(page, status_code=status, headers={**HEADERS})
