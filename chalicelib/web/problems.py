"""Errors as the API tells them: RFC 9457 problem details. One table from domain errors to statuses."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import errors

MEDIA_TYPE = "application/problem+json"

STATUSES: tuple[tuple[type[errors.RelanceError], int, str], ...] = (
    (errors.InvalidInput, 422, "The input breaks rules"),
    (errors.TooLarge, 413, "The input is too large"),
    (errors.Unauthenticated, 401, "A valid key is needed"),
    (errors.Forbidden, 403, "This key or origin may not do that"),
    (errors.NotFound, 404, "There is no such thing"),
    (errors.Conflict, 409, "Something else is there already"),
    (errors.TooMany, 429, "Too many for now"),
    (errors.NotSetUp, 501, "This stage is not set up for that"),
    (errors.ModelUnavailable, 503, "The language model does not answer: write the text, or try again in a moment"),
    (errors.StorageUnavailable, 503, "Try again in a moment"),
)


def problem(error: errors.RelanceError) -> tuple[int, dict[str, Any]]:
    """Status and body of an error."""
    status, title = next(
        ((status, title) for kind, status, title in STATUSES if isinstance(error, kind)), (500, "Error")
    )
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if isinstance(error, errors.InvalidInput):
        body["errors"] = [{"field": e.field, "rule": e.rule, "message": e.message} for e in error.errors]
    elif isinstance(error, errors.TooMany):
        body |= {"detail": str(error), "rule": "too_many", "retry_after_s": error.retry_after_s}
    elif status not in (500, 503) and str(error):
        body["detail"] = str(error)
    if isinstance(error, errors.Conflict) and error.reason:
        body["rule"] = error.reason
    return status, body


def render(error: errors.RelanceError) -> tuple[int, str]:
    """Status and JSON text of an error."""
    status, body = problem(error)
    return status, json.dumps(body, ensure_ascii=False)
