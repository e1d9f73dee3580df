"""`/console/oidc…`: signing in to the console by the stage's OpenID Connect provider (docs/adr/0045).

A verified e-mail opens the key that the operator has made for it. What was begun is remembered in a sealed cookie of
ten minutes, so that a callback which nobody here has begun leads nowhere.
"""

from __future__ import annotations

import json
from functools import cache
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.clock import MINUTE, SECOND
from chalicelib.errors import Forbidden, NotFound
from chalicelib.ids import random_token
from chalicelib.web import console_language
from chalicelib.web.sessions import begin, cookie, elsewhere, email_secret, page_named
from chalicelib.web.views import FORM, form, header, parameter, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.oidc import Provider

routes = Blueprint(__name__)
_COOKIE = "console-oidc"
_PLACE = "console-oidc"
_LASTS = 10 * MINUTE


@routes.route("/console/oidc", methods=["GET"])
@view
def begin_oidc() -> Response:
    """Send the browser to the provider."""
    begun = {name: random_token() for name in ("state", "nonce", "verifier")}
    begun["next"] = page_named(parameter(routes, "next", ""))
    address = _provider().address(_back(), begun["state"], begun["nonce"], begun["verifier"])
    return elsewhere(address, _set_cookie(_sealed(begun)))


@routes.route("/console/oidc/callback", methods=["GET"])
@view
def finish_oidc() -> Response:
    """The browser is back from the provider: begin a session, or say why not."""
    begun = _begun()
    if begun is None or begun["state"] != parameter(routes, "state", ""):
        return _page(403, refused="stale")
    code = parameter(routes, "code", "")
    if not code:
        return _page(403, refused="declined")
    try:
        found = _provider().identity(code, _back(), begun["nonce"], begun["verifier"])
    except Forbidden as refused:
        return _page(403, refused=str(refused))
    secret = email_secret(services().vault, found.email)
    key = services().admin_keys.known(secret, services().clock.now())
    if key is None:
        return _page(403, refused="unknown")
    if session := begin(secret, "", found.name):
        return _page(200, set_cookie=cookie(session), next=begun["next"])
    # The operator's own key reaches every advertiser: which, is asked.
    return _page(200, ticket=_sealed({"secret": secret, "agent": found.name}))


@routes.route("/console/oidc/advertiser", methods=["POST"], content_types=[FORM])
@view
def choose_advertiser() -> Response:
    """For which advertiser the operator signs in."""
    given = form(routes)
    ticket = _opened(given.get("ticket", ""))
    session = begin(ticket["secret"], given.get("advertiser", "").strip(), ticket["agent"]) if ticket else None
    if session is None:
        return _page(
            403, ticket=given.get("ticket", "") if ticket else None, refused="advertiser" if ticket else "stale"
        )
    return elsewhere("../../console", cookie(session))


def _provider() -> Provider:
    settings = services().settings
    if not settings.oidc_issuer:
        raise NotFound("sign-in provider")
    return _provider_of(settings.oidc_issuer, settings.oidc_client)


@cache
def _provider_of(issuer: str, client: str) -> Provider:
    from chalicelib.web.oidc import Provider

    return Provider(issuer, client)


def _back() -> str:
    return f"{services().settings.origin}/console/oidc/callback"


def _page(status: int, *, set_cookie: str | None = None, **values: Any) -> Response:
    """A page of ours between the provider's and the console.

    A browser sends the session's cookie (SameSite=Strict) with a navigation that this page begins, and would not with
    one that the provider has begun.
    """
    from chalicelib.web import pages
    from chalicelib.web.console_pages.desk import HEADERS

    shown = {"refused": "", "ticket": None, "next": ""} | values
    page = pages.in_language("console/oidc.html", console_language.language_of(routes), **shown)
    cookies = {"Set-Cookie": set_cookie} if set_cookie else {}
    return Response(page, status_code=status, headers={**HEADERS, **cookies})


def _sealed(what: dict[str, str]) -> str:
    until = str(services().clock.now() + _LASTS)
    return services().vault.seal(json.dumps(what | {"until": until}), _PLACE).hex()


def _opened(given: str) -> dict[str, str] | None:
    from cryptography.exceptions import InvalidTag

    try:
        told: dict[str, str] = json.loads(services().vault.open(bytes.fromhex(given), _PLACE))
    except (InvalidTag, ValueError, KeyError, IndexError):
        return None
    return told if services().clock.now() < int(told["until"]) else None


def _begun() -> dict[str, str] | None:
    try:
        found = SimpleCookie(header(routes, "cookie")).get(_COOKIE)
    except CookieError:
        return None
    return _opened(found.value) if found and found.value else None


def _set_cookie(value: str) -> str:
    """Lax: it has to come with the navigation that the provider begins."""
    secure = "; Secure" if services().settings.origin.startswith("https://") else ""
    return f"{_COOKIE}={value}; Path=/; Max-Age={_LASTS // SECOND}; HttpOnly; SameSite=Lax{secure}"
