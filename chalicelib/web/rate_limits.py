"""How often a key may ask, told in each answer (draft-ietf-httpapi-ratelimit-headers).

The limits keep one caller from another's way, and a mistake from a bill. A table that cannot count lets the request
through: what it asks for has its own refusals.
"""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.errors import StorageUnavailable, TooMany
from chalicelib.web.admin_requests import from_console, shown, shown_digest
from chalicelib.web.middleware import API, Next
from chalicelib.web.permissions import subject
from chalicelib.wiring import services

_WINDOW_S = 60
_SENDING = frozenset({"messages", "verifications"})
MOST = {"api": 600, "console": 6_000, "sending": 6_000}
"""Requests a minute and key, by policy. A page of the console asks several times, a live one every two seconds: a
program with the same key must not lock out its people, nor they the program."""


def rate_limits(request: Request, get_response: Next) -> Response:
    """Count a known key's request, note that the key is in use, and refuse what is past the limit."""
    from chalicelib.web import problems

    key = shown(request) if request.path.startswith(API) else None
    if key is None:
        return get_response(request)
    policy = "console" if from_console() else "sending" if subject(request.path) in _SENDING else "api"
    now = services().clock.now()
    try:
        services().admin_keys.used(shown_digest(request), key, now)
        use = services().rate_limits.use(f"{policy}/{key.id}", now)
    except StorageUnavailable:
        return get_response(request)
    resets_s = max(1, (use.ends_at - now + 999) // 1000)
    if use.used > MOST[policy]:
        status, body = problems.render(TooMany(resets_s))
        response = Response(body, status_code=status, headers={"Content-Type": problems.MEDIA_TYPE})
        response.headers["Retry-After"] = str(resets_s)
    else:
        response = get_response(request)
    response.headers["RateLimit-Policy"] = f'"{policy}";q={MOST[policy]};w={_WINDOW_S}'
    response.headers["RateLimit"] = f'"{policy}";r={max(0, MOST[policy] - use.used)};t={resets_s}'
    return response
