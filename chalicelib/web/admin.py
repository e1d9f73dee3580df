"""`/v1/…`: the admin API. A key reaches one advertiser, or with the operator's scope all of them."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, TypeVar

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound, Unauthenticated
from chalicelib.ids import new_id
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.views import JSON, header, parameter, request_of, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_LONGEST_REPORT_H = 24 * 31
_HOURS = re.compile(r"[1-9][0-9]{0,2}")
Body = TypeVar("Body")


@routes.route("/v1/openapi.json", methods=["GET"])
@view
def openapi() -> Response:
    """What this API takes, for people and tools."""
    from chalicelib.web.openapi import document

    return _answer(document(services().settings.origin))


@routes.route("/v1/advertisers", methods=["POST"])
@view
def create_advertiser() -> Response:
    """Create an advertiser; for the operator."""
    from chalicelib.web.admin_models import NewAdvertiser, advertiser_answer, new_advertiser

    _authorise(OPERATOR)
    advertiser = new_advertiser(_body(NewAdvertiser), new_id("adv", services().clock.now()))
    services().advertisers.save(advertiser)
    return _answer(advertiser_answer(advertiser), 201)


@routes.route("/v1/advertisers/{advertiser}", methods=["GET"])
@view
def get_advertiser(advertiser: str) -> Response:
    """An advertiser's settings."""
    from chalicelib.web.admin_models import advertiser_answer

    _authorise(advertiser)
    found = services().advertisers.get(advertiser)
    if found is None:
        raise NotFound("advertiser")
    return _answer(advertiser_answer(found))


@routes.route("/v1/advertisers/{advertiser}", methods=["PUT"])
@view
def replace_advertiser(advertiser: str) -> Response:
    """Replace an advertiser's settings: they hold everywhere within ten seconds."""
    from chalicelib.web.admin_models import NewAdvertiser, advertiser_answer, new_advertiser

    _authorise(advertiser)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    replaced = new_advertiser(_body(NewAdvertiser), advertiser)
    services().advertisers.save(replaced)
    return _answer(advertiser_answer(replaced))


@routes.route("/v1/advertisers/{advertiser}/keys", methods=["POST"])
@view
def create_key(advertiser: str) -> Response:
    """Make a key that reaches one advertiser; for the operator. It is shown this once."""
    _authorise(OPERATOR)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    key = f"rk_{secrets.token_urlsafe(24)}"
    services().advertisers.save_key(key, advertiser)
    return _answer({"key": key, "advertiser": advertiser}, 201)


@routes.route("/v1/advertisers/{advertiser}/sites", methods=["POST"])
@view
def create_site(advertiser: str) -> Response:
    """Register a site. Its secret, for the site's back end, is shown this once."""
    from chalicelib.storage.advertisers import Site, digest
    from chalicelib.web.admin_models import NewSite, site_answer

    _authorise(advertiser)
    body = _body(NewSite)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    secret = f"rs_{secrets.token_urlsafe(24)}"
    site_id = new_id("site", services().clock.now())
    site = Site(site_id, advertiser, body.name, tuple(dict.fromkeys(body.origins)), digest(secret))
    services().advertisers.save_site(site)
    return _answer(site_answer(site) | {"secret": secret}, 201)


@routes.route("/v1/advertisers/{advertiser}/counts", methods=["GET"])
@view
def advertiser_counts(advertiser: str) -> Response:
    """Messages, clicks and oppositions of the last hours."""
    _authorise(advertiser)
    return _counts(advertiser)


@routes.route("/v1/sites/{site}/counts", methods=["GET"])
@view
def site_counts(site: str) -> Response:
    """Events, matches and drops of the last hours."""
    _authorise_site(site)
    return _counts(site)


@routes.route("/v1/counts", methods=["GET"])
@view
def service_counts() -> Response:
    """What belongs to no known site, such as malformed pixels; for the operator."""
    from chalicelib.storage.counters import SERVICE

    _authorise(OPERATOR)
    return _counts(SERVICE)


@routes.route("/v1/sites/{site}/visitors/{visitor}", methods=["GET"])
@view
def get_visitor(site: str, visitor: str) -> Response:
    """What a visit led to: its events, its match or why there is none, and its message with the reason."""
    from chalicelib.reports.visits import visit

    _authorise_site(site)
    return _answer(
        visit(services().events, services().visitors, services().enrolments, services().messages, site, visitor)
    )


@routes.route("/v1/messages/{message}", methods=["GET"])
@view
def get_message(message: str) -> Response:
    """Why a message was sent, or was not."""
    from chalicelib.reports.why import why

    scope = _scope()
    found = services().messages.get(message)
    if found is None or scope not in (OPERATOR, found.advertiser):
        raise NotFound("message")
    return _answer(why(found))


def _scope() -> str:
    """What the request's key reaches."""
    kind, _, key = header(routes, "authorization").partition(" ")
    scope = services().advertisers.key_scope(key.strip()) if kind.lower() == "bearer" and key else None
    if scope is None:
        raise Unauthenticated("send the header 'Authorization: Bearer <key>'")
    return scope


def _authorise(advertiser: str) -> None:
    if _scope() not in (OPERATOR, advertiser):
        raise Forbidden("this key reaches another advertiser")


def _authorise_site(site_id: str) -> None:
    scope = _scope()
    site = services().advertisers.site(site_id)
    if site is None or scope not in (OPERATOR, site.advertiser):
        raise NotFound("site")


def _counts(scope: str) -> Response:
    text = parameter(routes, "hours", "24")
    if not _HOURS.fullmatch(text) or int(text) > _LONGEST_REPORT_H:
        raise InvalidInput([FieldError("hours", "range", f"a whole number from 1 to {_LONGEST_REPORT_H}")])
    now = services().clock.now()
    return _answer(
        {
            "since": now - int(text) * HOUR,
            "until": now,
            "counts": services().counters.read(scope, now - int(text) * HOUR, now),
        }
    )


def _body(model: type[Body]) -> Body:
    from pydantic import TypeAdapter, ValidationError

    from chalicelib.tracking.collect import field_errors

    try:
        return TypeAdapter(model).validate_json(request_of(routes).raw_body)
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from None


def _answer(body: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        headers={"Content-Type": JSON, "Cache-Control": "no-store"},
    )
