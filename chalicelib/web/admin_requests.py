"""What every route of the admin API does first and last: check the key's scope, read the body, answer in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from chalice.app import Blueprint, Request, Response

from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound, Unauthenticated
from chalicelib.storage.advertisers import OPERATOR, Advertiser, Site, digest
from chalicelib.tracking.admission import secret_matches
from chalicelib.web.permissions import may
from chalicelib.web.views import JSON, header, parameter, request_of
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import AdminKey


Body = TypeVar("Body")
_LONGEST_REPORT_H = 24 * 31
_HOURS = re.compile(r"[1-9][0-9]{0,2}")


class SignedIn(NamedTuple):
    """Who asks from the console."""

    key: str
    """The digest of the key that has signed in."""
    agent: str
    """The name that they gave, or that their provider tells; empty where there is none."""


_signed_in: ContextVar[SignedIn | None] = ContextVar("signed_in", default=None)
"""In whose name the console asks; no request can set it."""


def admin_key(routes: Blueprint) -> AdminKey:
    """Whose key the request shows. Raises Unauthenticated, or Forbidden where its role does not go so far."""
    request = request_of(routes)
    key = shown(request)
    if key is None:
        raise Unauthenticated("send the header 'Authorization: Bearer <key>'")
    if not may(key.role, request.method, request.path):
        raise Forbidden(f"the role {key.role} does not go so far")
    return key


def scope_of(routes: Blueprint) -> str:
    """What the request's key reaches: an advertiser's id, or OPERATOR. Raises as above."""
    return admin_key(routes).scope


def key_of(routes: Blueprint) -> str:
    """Who asks: two people have two keys, and one whose secret was changed is the same."""
    return admin_key(routes).id


def shown(request: Request) -> AdminKey | None:
    """The key that a request shows, or None where it shows none that is known."""
    hashed = shown_digest(request)
    return services().admin_keys.known_by(hashed, services().clock.now()) if hashed else None


def shown_digest(request: Request) -> str:
    """The digest of the secret that a request shows, or of the key that has signed in; empty where it shows none."""
    if signed_in := _signed_in.get():
        return signed_in.key
    kind, _, secret = str(request.headers.get("authorization", "")).partition(" ")
    return digest(secret.strip()) if kind.lower() == "bearer" and secret.strip() else ""


@contextmanager
def in_the_name_of(signed_in: SignedIn) -> Iterator[None]:
    """Requests that are made inside show this key: it is how the console asks the API."""
    before = _signed_in.set(signed_in)
    try:
        yield
    finally:
        _signed_in.reset(before)


def from_console() -> SignedIn | None:
    """Who asks from the console; None where it is a request of its own."""
    return _signed_in.get()


def authorise(routes: Blueprint, advertiser: str) -> str:
    """The key's scope, where it reaches an advertiser; raises Unauthenticated or Forbidden."""
    scope = scope_of(routes)
    if scope not in (OPERATOR, advertiser):
        raise Forbidden("this key reaches another advertiser")
    return scope


def reached(routes: Blueprint, advertiser: str) -> Advertiser:
    """An advertiser that the key reaches; raises as above, or NotFound."""
    authorise(routes, advertiser)
    found = services().advertisers.get(advertiser)
    if found is None:
        raise NotFound("advertiser")
    return found


def authorise_site(routes: Blueprint, site_id: str) -> Site:
    """A site that the key reaches; raises Unauthenticated or NotFound."""
    scope = scope_of(routes)
    site = services().advertisers.site(site_id)
    if site is None or scope not in (OPERATOR, site.advertiser):
        raise NotFound("site")
    return site


def speaks_for_site(routes: Blueprint, site_id: str) -> Site:
    """A site whose secret was sent, or that the key reaches; raises as above."""
    site = services().advertisers.site(site_id)
    kind, _, secret = header(routes, "authorization").partition(" ")
    if site and kind.lower() == "bearer" and secret_matches(site, secret.strip(), services().clock.now()):
        return site
    return authorise_site(routes, site_id)


def reason_asked(routes: Blueprint) -> str:
    """Why somebody looks at a person, by the address; raises InvalidInput."""
    from chalicelib.web.admin_people_models import REASONS

    reason = parameter(routes, "reason", "")
    if reason not in REASONS:
        raise InvalidInput([FieldError("reason", "known", f"one of {', '.join(REASONS)}")])
    return reason


def hours_asked(routes: Blueprint) -> int:
    """How far back a report shall look; raises InvalidInput."""
    text = parameter(routes, "hours", "24")
    if not _HOURS.fullmatch(text) or int(text) > _LONGEST_REPORT_H:
        raise InvalidInput([FieldError("hours", "range", f"a whole number from 1 to {_LONGEST_REPORT_H}")])
    return int(text)


def speaker(scope: str, named: str | None) -> Advertiser:
    """Whom a request without an advertiser in its address is for: the key's own, or the one that the operator names."""
    if scope != OPERATOR and named not in (None, scope):
        raise Forbidden("this key reaches another advertiser")
    advertiser = services().advertisers.get((named or "") if scope == OPERATOR else scope)
    if advertiser is None:
        raise InvalidInput([FieldError("advertiser", "known", "name an advertiser")])
    return advertiser


def read_body(routes: Blueprint, model: type[Body]) -> Body:
    """The request's JSON, checked by a model; raises InvalidInput, which names fields and never values."""
    from pydantic import TypeAdapter, ValidationError

    from chalicelib.tracking.collect import field_errors

    try:
        return TypeAdapter(model).validate_json(request_of(routes).raw_body)
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from None


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer that nobody keeps."""
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        headers={"Content-Type": JSON, "Cache-Control": "no-store"},
    )
