"""Requests as API Gateway hands them to the functions that take them raw."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any


def get(
    resource: str, *, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A request without a body."""
    return _request(resource, "GET", headers) | {"queryStringParameters": dict(query) if query else None}


def post(resource: str, body: Any, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A request with a body: JSON, or text as it is. The API takes every type for binary, so it comes in base64."""
    text = body if isinstance(body, str) else json.dumps(body)
    encoded = base64.b64encode(text.encode()).decode()
    return _request(resource, "POST", headers) | {"body": encoded, "isBase64Encoded": True}


def short_link(code: str, *, headers: Mapping[str, str] | None = None, method: str = "GET") -> dict[str, Any]:
    """Somebody opens `/{code}`."""
    return _request("/{code}", method, headers) | {"pathParameters": {"code": code}}


def _request(resource: str, method: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "resource": resource,
        "httpMethod": method,
        "queryStringParameters": None,
        "pathParameters": None,
        "headers": dict(headers) if headers else None,
        "requestContext": {"identity": {"sourceIp": "192.0.2.7"}},
        "body": None,
        "isBase64Encoded": False,
    }
