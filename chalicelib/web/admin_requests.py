"""What every route of the admin API does first and last: check the key's scope, read the body, answer in JSON."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from chalice.app import Blueprint, Response

from chalicelib.errors import Forbidden, InvalidInput, Unauthenticated
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.views import JSON, header, request_of
from chalicelib.wiring import services

Body = TypeVar("Body")


def scope_of(routes: Blueprint) -> str:
    """What the request's key reaches: an advertiser's id, or OPERATOR. Raises Unauthenticated."""
    kind, _, key = header(routes, "authorization").partition(" ")
    scope = services().advertisers.key_scope(key.strip()) if kind.lower() == "bearer" and key else None
    if scope is None:
        raise Unauthenticated("send the header 'Authorization: Bearer <key>'")
    return scope


def authorise(routes: Blueprint, advertiser: str) -> str:
    """The key's scope, where it reaches an advertiser; raises Unauthenticated or Forbidden."""
    scope = scope_of(routes)
    if scope not in (OPERATOR, advertiser):
        raise Forbidden("this key reaches another advertiser")
    return scope


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
