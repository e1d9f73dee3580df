"""`/v1/…/keys`: keys of the admin API. Made by the operator, shown once, changed by whoever holds them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import admin_key, answer, authorise, read_body
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.sessions import email_secret
from chalicelib.web.views import request_of, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import AdminKey
    from chalicelib.web.key_models import KeyTold

routes = Blueprint(__name__)
_TOLD = "web.key_models:KeyTold"
_OF = "/v1/advertisers/{advertiser}/keys"
_OPERATORS = "/v1/keys"


@routes.route(_OF, methods=["GET"])
@described(query=PAGED, answer=listed("keys", _TOLD))
@view
def list_keys(advertiser: str) -> Response:
    """An advertiser's keys: whose, what for, when used. Never their secrets."""
    authorise(routes, advertiser)
    return _listed(advertiser)


@routes.route(_OPERATORS, methods=["GET"])
@described(query=PAGED, answer=listed("keys", _TOLD), operator=True)
@view
def list_operator_keys() -> Response:
    """The keys that reach every advertiser; for the operator."""
    authorise(routes, OPERATOR)
    return _listed(OPERATOR)


@routes.route(f"{_OF}/{{key}}", methods=["GET"])
@described(answer=_TOLD)
@view
def get_key(advertiser: str, key: str) -> Response:
    """One of an advertiser's keys. Never its secret."""
    authorise(routes, advertiser)
    return _one(advertiser, key)


@routes.route(f"{_OPERATORS}/{{key}}", methods=["GET"])
@described(answer=_TOLD, operator=True)
@view
def get_operator_key(key: str) -> Response:
    """One of the keys that reach every advertiser; for the operator."""
    authorise(routes, OPERATOR)
    return _one(OPERATOR, key)


@routes.route(_OF, methods=["POST"])
@described(body="web.key_models:NewKey", answer="web.key_models:KeyMade", body_optional=True, status=201, operator=True)
@view
def create_key(advertiser: str) -> Response:
    """Make a key that reaches one advertiser; for the operator. It is shown this once."""
    authorise(routes, OPERATOR)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    return _created(advertiser)


@routes.route(_OPERATORS, methods=["POST"])
@described(body="web.key_models:NewKey", answer="web.key_models:KeyMade", body_optional=True, status=201, operator=True)
@view
def create_operator_key() -> Response:
    """Make a key that reaches every advertiser; for the operator. It is shown this once."""
    authorise(routes, OPERATOR)
    return _created(OPERATOR)


@routes.route(f"{_OF}/{{key}}/rotate", methods=["POST"])
@described(
    body="web.key_models:Rotation", answer="web.key_models:KeyRotated", body_optional=True, status=201, operator=True
)
@view
def rotate_key(advertiser: str, key: str) -> Response:
    """Give a key another secret; the one before opens for some hours more. For the operator."""
    authorise(routes, OPERATOR)
    return _rotated(advertiser, key)


@routes.route("/v1/keys/self/rotate", methods=["POST"])
@described(body="web.key_models:Rotation", answer="web.key_models:KeyRotated", body_optional=True, status=201)
@view
def rotate_own_key() -> Response:
    """Give the key that asks another secret. It is shown this once, and the key stays who it is."""
    own = admin_key(routes)
    if own.replaced:
        raise Forbidden("this secret has given way to another: rotate with that one")
    return _rotated(own.scope, own.id)


@routes.route("/v1/keys/self", methods=["GET"])
@described(answer=_TOLD)
@view
def own_key() -> Response:
    """Whose the key is, and what it reaches."""
    return answer(_told(admin_key(routes)))


@routes.route(f"{_OF}/{{key}}", methods=["DELETE"])
@described(status=204, operator=True)
@view
def revoke_key(advertiser: str, key: str) -> Response:
    """Take a key away: it opens nothing ten seconds later. For the operator."""
    authorise(routes, OPERATOR)
    return _revoked(advertiser, key)


@routes.route(f"{_OPERATORS}/{{key}}", methods=["DELETE"])
@described(status=204, operator=True)
@view
def revoke_operator_key(key: str) -> Response:
    """Take away a key that reaches every advertiser. Nobody takes away the key that it asks with."""
    own = admin_key(routes)
    authorise(routes, OPERATOR)
    if own.id == key:
        raise Forbidden("this is the key that asks: take it away with another")
    return _revoked(OPERATOR, key)


def _listed(scope: str) -> Response:
    known = services().admin_keys.of(scope, services().clock.now())
    found, following = part_asked(routes, known, lambda key: f"{key.created_at:013}{key.id}")
    return page_of("keys", [_told(key) for key in found], following)


def _one(scope: str, key_id: str) -> Response:
    known = services().admin_keys.of(scope, services().clock.now())
    found = next((key for key in known if key.id == key_id), None)
    if found is None:
        raise NotFound("key")
    return answer(_told(found))


def _created(scope: str) -> Response:
    from chalicelib.storage.admin_keys import AdminKey
    from chalicelib.web.key_models import NewKey

    body = read_body(routes, NewKey) if request_of(routes).raw_body else NewKey()
    now = services().clock.now()
    role = body.role or ("operator" if scope == OPERATOR else "marketer")
    if (role == "operator") is not (scope == OPERATOR):
        raise InvalidInput([FieldError("role", "scope", "the role operator goes with the operator's own keys")])
    if body.expires_at is not None and body.expires_at <= now:
        raise InvalidInput([FieldError("expires_at", "past", "a moment to come, in epoch milliseconds")])
    key_id = new_id("key", now)
    vault = services().vault
    name, email = (vault.seal(text, _place(key_id)) if text else None for text in (body.name, body.email))
    key = AdminKey(key_id, scope, role, name, email, now, body.expires_at)
    secret = email_secret(vault, body.email) if body.email else _secret()
    if body.email and services().admin_keys.known(secret, now):
        raise Conflict("this e-mail opens a key already: take that one away first")
    services().admin_keys.create(secret, key)
    return answer({"key": None if body.email else secret, "advertiser": scope, **_told(key)}, 201)


def _rotated(scope: str, key_id: str) -> Response:
    from chalicelib.web.key_models import Rotation

    body = read_body(routes, Rotation) if request_of(routes).raw_body else Rotation()
    secret, now = _secret(), services().clock.now()
    if any(key.id == key_id and key.email for key in services().admin_keys.of(scope, now)):
        raise Conflict("this key is opened by an e-mail: it has no secret to change")
    key = services().admin_keys.rotate(scope, key_id, secret, now, body.overlap_hours * HOUR)
    if key is None:
        raise NotFound("key")
    return answer({"key": secret, "old_ends_at": now + body.overlap_hours * HOUR, **_told(key)}, 201)


def _revoked(scope: str, key_id: str) -> Response:
    if not services().admin_keys.revoke(scope, key_id):
        raise NotFound("key")
    return Response("", status_code=204)


def _told(key: AdminKey) -> KeyTold:
    return {
        "id": key.id,
        "scope": key.scope,
        "role": key.role,
        "name": services().vault.open(key.name, _place(key.id)) if key.name else None,
        "email": services().vault.open(key.email, _place(key.id)) if key.email else None,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "used_at": key.used_at,
    }


def _place(key_id: str) -> str:
    return f"admin-key/{key_id}"


def _secret() -> str:
    return f"rk_{secrets.token_urlsafe(24)}"
