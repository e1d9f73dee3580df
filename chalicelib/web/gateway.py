"""API Gateway's proxy events, for the handlers that take them raw: collect and redirect."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What the handlers look at."""

    resource: str
    """The route that matched, such as `/{code}`."""
    method: str
    query: Mapping[str, str]
    path: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""
    ip: str
    body: bytes


def parse(event: Mapping[str, Any]) -> Request:
    """A request out of a proxy event (REST API, payload version 1.0). A body that is not base64 counts as empty."""
    body = event.get("body") or ""
    try:
        content = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        content = b""
    return Request(
        resource=event.get("resource") or "",
        method=event.get("httpMethod") or "GET",
        query=event.get("queryStringParameters") or {},
        path=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        ip=event.get("requestContext", {}).get("identity", {}).get("sourceIp") or "",
        body=content,
    )


def network(ip: str) -> str:
    """An address without what would name its owner: /24 of IPv4, /48 of IPv6; empty where it is none."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    if address.version == 4:
        return f"{ip.rpartition('.')[0]}.0/24"
    return str(ip_network((address, 48), strict=False))


def respond(status: int, headers: Mapping[str, str], body: str = "") -> Response:
    """A text answer."""
    return {"statusCode": status, "headers": dict(headers), "body": body}


def respond_binary(status: int, headers: Mapping[str, str], body: bytes) -> Response:
    """A binary answer."""
    encoded = base64.b64encode(body).decode()
    return {"statusCode": status, "headers": dict(headers), "body": encoded, "isBase64Encoded": True}
