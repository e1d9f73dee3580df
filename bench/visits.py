"""Requests as API Gateway hands them over: a page's pixel, a page's beacon, and a click on the link in an SMS."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

SHOP = "https://www.lampes-du-quai.example"
PRODUCT_PAGE = f"{SHOP}/lampes/poser/lampe-opaline?couleur=vert"
VISITOR = "Xq3n0cW9sTt2mJv5yKb7Lg"
PARAMS = {
    "currency": "EUR",
    "value": 138.5,
    "items": [
        {
            "item_id": "LMP-0418-V",
            "item_name": "Lampe à poser Opaline, verre soufflé",
            "item_category": "Lampes à poser",
            "price": 69.25,
            "quantity": 2,
        }
    ],
    "page_location": PRODUCT_PAGE,
}

_DESKTOP = {
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7",
    "CloudFront-Forwarded-Proto": "https",
    "CloudFront-Is-Desktop-Viewer": "true",
    "CloudFront-Viewer-Country": "FR",
    "Host": "r.example",
    "Referer": f"{SHOP}/",
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
    "Via": "2.0 5f3c9a1d2b.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "k1W0u5Qw8nH2x1tQ3m9s7bYp4aZc6eRf0gVh2jLk8nMo5pQr1sTu3w==",
    "X-Amzn-Trace-Id": "Root=1-69a80a1f-3c1f2b7e5d9a4c0e8b6f1a23",
    "X-Forwarded-For": "203.0.113.77, 198.51.100.12",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
}
_PHONE = {name: value for name, value in _DESKTOP.items() if name != "Referer"} | {
    "CloudFront-Is-Desktop-Viewer": "false",
    "CloudFront-Is-Mobile-Viewer": "true",
    "User-Agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36",
    "sec-ch-ua-mobile": "?1",
    "sec-ch-ua-platform": '"Android"',
}


def pixel(site: str, now: int) -> dict[str, Any]:
    """`GET /p.gif`: something was put into the cart."""
    query = {
        "s": site,
        "e": "add_to_cart",
        "v": VISITOR,
        "id": "b7Jf2Kq9Zt4mWx1RcN8sVg",
        "t": str(now),
        "c": "grant",
        "p": base64.urlsafe_b64encode(json.dumps(PARAMS).encode()).decode().rstrip("="),
    }
    headers = _DESKTOP | {
        "Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
        "sec-fetch-dest": "image",
        "sec-fetch-mode": "no-cors",
        "sec-fetch-site": "cross-site",
    }
    return proxied("GET", "/p.gif", "/p.gif", headers, query=query)


def beacon(site: str, now: int, phone_sha256: str) -> dict[str, Any]:
    """`POST /e`: the same event from a visitor that has signed in on the page."""
    event = {"id": "t5Rk8Yw3Qn6pLz0HdJ2vXa", "event": "add_to_cart", "time": now, "params": PARAMS}
    body = {
        "site": site,
        "visitor": VISITOR,
        "ids": {"phone_sha256": phone_sha256},
        "consent": "grant",
        "events": [event],
    }
    headers = _DESKTOP | {"Accept": "*/*", "Content-Type": "text/plain;charset=UTF-8", "Origin": SHOP}
    # The API takes every type for binary, so a body comes in base64.
    return proxied("POST", "/e", "/e", headers, body=base64.b64encode(json.dumps(body).encode()).decode())


def click(code: str) -> dict[str, Any]:
    """`GET /{code}`: a tap on the link."""
    headers = _PHONE | {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
        "Upgrade-Insecure-Requests": "1",
        "sec-fetch-dest": "document",
        "sec-fetch-mode": "navigate",
        "sec-fetch-site": "none",
        "sec-fetch-user": "?1",
    }
    return proxied("GET", "/{code}", f"/{code}", headers, path_parameters={"code": code})


def proxied(
    method: str,
    resource: str,
    path: str,
    headers: Mapping[str, str],
    *,
    query: Mapping[str, str] | None = None,
    path_parameters: Mapping[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """A proxy event of a REST API (payload version 1.0), with everything that a real one carries."""
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": dict(path_parameters) if path_parameters else None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "z4k1vb",
            "resourcePath": resource,
            "httpMethod": method,
            "extendedRequestId": "Yx1Qz3FzCGYF0aw=",
            "requestTime": "04/Mar/2026:10:00:00 +0000",
            "path": path,
            "accountId": "000000000000",
            "protocol": "HTTP/1.1",
            "stage": "api",
            "domainName": headers["Host"],
            "requestTimeEpoch": 1772618400000,
            "requestId": "0e3f4b7c-4d0f-4c55-9b1e-7f2f7e9f6a10",
            "identity": {"sourceIp": "203.0.113.77", "userAgent": headers["User-Agent"]},
            "apiId": "a1b2c3d4e5",
        },
        "body": body,
        "isBase64Encoded": body is not None,
    }
