"""Parts of the API's description that routes share: names in addresses, headers, refusals, who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.web.problems import MEDIA_TYPE, STATUSES

_ULID = "[0-9A-HJKMNP-TV-Z]{26}"
_SLUG = "^[a-z0-9][a-z0-9_-]{0,39}$"
IN_PATHS: Mapping[str, tuple[str, str | None]] = {
    "advertiser": ("The advertiser, or a base: `partner` is the operator's", f"^(adv_{_ULID}|partner)$"),
    "broadcast": ("The broadcast", f"^bc_{_ULID}$"),
    "code": ("The code, as it stands on the link or in the text", "^[A-Za-z0-9_-]{1,80}$"),
    "conversation": ("The conversation", f"^thr_{_ULID}$"),
    "country": ("The country, ISO 3166-1 alpha-2", "^[A-Z]{2}$"),
    "delivery": ("The delivery", f"^dlv_{_ULID}$"),
    "domain": ("A domain for short links", r"^([a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$"),
    "draw": ("The draw's number, from 1", "^[1-9][0-9]{0,3}$"),
    "export": ("The export", f"^exp_{_ULID}$"),
    "journey": ("The journey's name", "^[a-z][a-z0-9_-]{0,39}$"),
    "key": ("The key's id, not its secret", "^key_[0-9A-Za-z]{16,26}$"),
    "message": ("The message", f"^msg_{_ULID}$"),
    "order": ("The shop's own number of the order", None),
    "person": ("The contact, as `people/find` tells it", "^[0-9a-f]{40,64}$"),
    "playbook": ("The playbook", "^[a-z][a-z0-9_]{0,39}$"),
    "pool": ("The pool of promo codes", f"^pool_{_ULID}$"),
    "reply": ("The quick reply's name", _SLUG),
    "resource": ("What the routes are about, such as `templates`", "^[a-z-]{1,40}$"),
    "segment": ("The segment", f"^seg_{_ULID}$"),
    "site": ("The site", f"^site_{_ULID}$"),
    "source": ("The lead tool or shop platform", f"^(lead|shop)_{_ULID}$"),
    "survey": ("The survey", f"^srv_{_ULID}$"),
    "template": ("The template's name", _SLUG),
    "upload": ("The import", f"^imp_{_ULID}$"),
    "value": ("The sender as phones show it: a name or a number", "^[A-Za-z0-9 +._-]{1,16}$"),
    "verification": ("The verification", None),
    "visitor": ("The visitor, as the snippet named the browser", None),
    "webhook": ("The webhook", f"^wh_{_ULID}$"),
    "wording": ("The wording's name", None),
}
"""What stands for a name in braces: in words, and as a pattern where there is one."""
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457)",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rule": {"type": "string"},
        "retry_after_s": {"type": "integer"},
        "errors": {
            "type": "array",
            "description": "Each field with the rule that it breaks",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "rule", "message")},
                "required": ["field", "rule", "message"],
            },
        },
    },
    "required": ["type", "title", "status"],
}
HEADERS = {
    "RequestId": {"description": "The request's id: quote it when you ask what happened"},
    "ETag": {"description": "What was read, for If-Match and If-None-Match"},
    "RateLimit": {"description": 'Where the key stands: `"api";r=599;t=42`'},
    "RateLimitPolicy": {"description": 'The limit: `"api";q=600;w=60`'},
    "RetryAfter": {"description": "Seconds until it is worth asking again"},
    "Replayed": {"description": "`true` where the answer is that of a request before"},
}
_SENT = {"RequestId": "X-Request-Id", "RateLimitPolicy": "RateLimit-Policy", "RetryAfter": "Retry-After"}
_SENT |= {"Replayed": "Idempotency-Replayed"}
ASKED = {
    "IdempotencyKey": ("Idempotency-Key", "The same request with the same key is done once", "^[!-~]{1,255}$"),
    "IfMatch": ("If-Match", "Change it only if it is as it was read: the ETag of then", None),
    "IfNoneMatch": ("If-None-Match", "Answer 304 if it is as it was read: the ETag of then", None),
}
_UNCHANGED = "As it was read: nothing is sent again"
_CONFLICTS = {412: "This has changed since it was read", 415: "This media type is not taken", 500: "We failed"}
REFUSALS: Mapping[int, str] = {status: title for _, status, title in STATUSES} | _CONFLICTS
_RETRIED = frozenset({429, 503})


def components(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """What the routes refer to."""
    return {
        "schemas": {"Problem": PROBLEM, **schemas},
        "headers": {name: {"schema": {"type": "string"}, **told} for name, told in HEADERS.items()},
        "parameters": {name: _asked(*told) for name, told in ASKED.items()},
        "responses": {str(status): _refusal(status) for status in REFUSALS} | {"304": {"description": _UNCHANGED}},
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key of the API: `rk_…`"},
            "site": {"type": "http", "scheme": "bearer", "description": "A site's secret: `rs_…`"},
        },
    }


def headers(*names: str) -> dict[str, Any]:
    """Headers of an answer, by the names that they have here."""
    return {_SENT.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def header_asked(name: str) -> dict[str, str]:
    """A header of the request, by the name that it has here."""
    return {"$ref": f"#/components/parameters/{name}"}


def in_path(name: str) -> dict[str, Any]:
    """A parameter of an address. KeyError: a name that IN_PATHS does not explain."""
    about, pattern = IN_PATHS[name]
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _asked(name: str, about: str, pattern: str | None) -> dict[str, Any]:
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return {"name": name, "in": "header", "required": False, "description": about, "schema": schema}


def _refusal(status: int) -> dict[str, Any]:
    told = headers("RequestId", "RateLimit", "RateLimitPolicy", *(["RetryAfter"] if status in _RETRIED else []))
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": REFUSALS[status], "headers": told, "content": content}
