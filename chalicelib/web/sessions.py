"""Signing in to the console: an admin key, given once, becomes a sealed cookie that ends by itself (docs/adr/0030).

The cookie holds the key's hash and never the key; no script reads it, no other site sends it. Whoever takes the key
back ends its sessions within ten seconds. Each form carries the session's token beside it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR, SECOND
from chalicelib.errors import Forbidden, Unauthenticated
from chalicelib.ids import random_token
from chalicelib.storage.advertisers import OPERATOR, Advertiser, digest
from chalicelib.web.permissions import may
from chalicelib.web.views import header, request_of
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import Role
    from chalicelib.vault import Vault

LASTS = 12 * HOUR
_PLACE = "console-session"
_PAGE = re.compile(r"[a-z][a-z-]{0,30}(?:/[\w.:-]{1,80}){0,2}")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in."""

    key: str
    """SHA-256 of the key."""
    advertiser: str
    agent: str
    """The name that they gave; empty where they gave none."""
    token: str
    """What each form has to bring back."""
    expires_at: int


def begin(key: str, named: str, agent: str) -> Session | None:
    """A session for the advertiser that a key reaches, or that the operator has named; None where it reaches none."""
    now = services().clock.now()
    known = services().admin_keys.known(key, now) if key else None
    scope = known.scope if known else ""
    advertiser = services().advertisers.get(named if scope == OPERATOR else scope)
    if advertiser is None:
        return None
    return Session(digest(key), advertiser.id, agent[:60], random_token(), now + LASTS)


def refusal(key: str, named: str) -> str:
    """Why `begin` gave no session: the `key` is none, no advertiser is `named`, or there is no such `advertiser`."""
    if not key or services().admin_keys.known(key, services().clock.now()) is None:
        return "key"
    return "advertiser" if named else "named"


def email_secret(vault: Vault, email: str) -> str:
    """What a verified e-mail shows for a key: nobody is told it, and nobody can make it without the stage's keys."""
    return f"oidc {vault.sign(f'console sign-in {email.strip().lower()}')}"


def current(routes: Blueprint, about: str | None = None) -> tuple[Session, Advertiser]:
    """Who is signed in, and for whom. Raises Unauthenticated; Forbidden where its role may not see or do `about`."""
    session, advertiser, role = signed_in(routes)
    if about and not may(role, request_of(routes).method, f"/v1/advertisers/{{advertiser}}/{about}"):
        raise Forbidden(f"the role {role} does not go so far")
    return session, advertiser


def signed_in(routes: Blueprint) -> tuple[Session, Advertiser, Role]:
    """Who is signed in, for whom, and with which role. Raises Unauthenticated."""
    now = services().clock.now()
    session = opened(services().vault, header(routes, "cookie"), now)
    key = services().admin_keys.known_by(session.key, now) if session else None
    if session is None or key is None or key.scope not in (OPERATOR, session.advertiser):
        raise Unauthenticated("sign in")
    advertiser = services().advertisers.get(session.advertiser)
    if advertiser is None:
        raise Unauthenticated("sign in")
    return session, advertiser, key.role


def require_token(session: Session, given: str) -> None:
    """Raises Forbidden where a form does not bring back what its page was given."""
    if not hmac.compare_digest(session.token.encode(), given.encode()):
        raise Forbidden("this form is not of this session: reload the page")


def sealed(vault: Vault, session: Session) -> str:
    """The cookie's value."""
    return base64.urlsafe_b64encode(vault.seal(json.dumps(asdict(session)), _PLACE)).decode()


def opened(vault: Vault, cookies: str, now: int) -> Session | None:
    """The session in a Cookie header; None for one that is over, forged, or not there."""
    from http.cookies import CookieError, SimpleCookie

    from cryptography.exceptions import InvalidTag

    try:
        found = SimpleCookie(cookies).get(_name())
        sealed_bytes = base64.urlsafe_b64decode(found.value) if found else b""
        session = Session(**json.loads(vault.open(sealed_bytes, _PLACE))) if sealed_bytes else None
    except (CookieError, InvalidTag, KeyError, ValueError, TypeError, IndexError, binascii.Error):
        return None
    return session if session and now < session.expires_at else None


def cookie(session: Session | None) -> str:
    """The Set-Cookie header of a session; of None, the one that ends it."""
    value = sealed(services().vault, session) if session else ""
    age = LASTS // SECOND if session else 0
    secure = "; Secure" if _is_secure() else ""
    return f"{_name()}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


def page_named(text: str) -> str:
    """A page's address below /console/, as it may come from a query; empty where it is none."""
    return text if _PAGE.fullmatch(text) else ""


def elsewhere(place: str, set_cookie: str | None = None) -> Response:
    """Go on with a GET of another page, by its relative address."""
    headers: dict[str, str | list[str]] = {"Location": place, "Cache-Control": "no-store", "Content-Type": "text/plain"}
    if set_cookie:
        headers["Set-Cookie"] = set_cookie
    return Response("", status_code=303, headers=headers)


def _is_secure() -> bool:
    return services().settings.origin.startswith("https://")


def _name() -> str:
    """Browsers take the prefix only with Secure and for this very host (RFC 6265bis, 4.1.3.2)."""
    return "__Host-console" if _is_secure() else "console"
