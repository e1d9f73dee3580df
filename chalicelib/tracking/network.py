"""The service's own cookie, which is the same at every advertiser's (docs/adr/0012).

Off unless the stage has it and the operator allowed it to the site; then it is only there under a consent of its own,
which names the operator. Whatever a visitor says instead of that consent takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.ids import random_token
from chalicelib.storage.advertisers import Advertisers
from chalicelib.tracking.admission import admit
from chalicelib.tracking.collect import Caller
from chalicelib.tracking.events import SITE_ID

NAME = "rl_n"
SECONDS = 395 * 24 * 3600
"""13 months, the ceiling, counted from the consent: a visit does not prolong it."""
_SENT = re.compile(rf"(?:^|;) *{NAME}=([^;]*)")
_VALUE = re.compile(r"[A-Za-z0-9_-]{22}")
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None"


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of the cookie."""

    cookie: str | None = None
    """Its value, where the visitor agrees to it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the answer needs beside the usual."""
    said_no: bool = False
    """Whether the request only takes the consent back."""


class NetworkDoor:
    """Decides for each request of a page; for most sites that is one look at a setting."""

    def __init__(self, advertisers: Advertisers, *, enabled: bool) -> None:
        self._advertisers = advertisers
        self._enabled = enabled

    def ask(self, body: Any, caller: Caller, cookies: str) -> Answer:
        """The cookie's fate by the parsed body of `POST /e`, unchecked yet, and the request's `Cookie` header."""
        if not self._enabled or caller.bearer is not None or not isinstance(body, dict):
            return Answer()
        name = body.get("site")
        site = self._advertisers.site(name) if isinstance(name, str) and SITE_ID.fullmatch(name) else None
        if site is None or not site.network or admit(site, "browser", caller.origin, server_only=False):
            return Answer()
        agreed = not caller.gpc and body.get("consent") == body.get("network") == "grant"
        said_no = body.get("network") == "deny" and body.get("events") == []
        cookie, change = decide(_SENT.search(cookies), agreed=agreed)
        # A page may read an answer that comes with cookies only where the answer names it.
        headers = {"Access-Control-Allow-Origin": str(caller.origin), "Access-Control-Allow-Credentials": "true"}
        return Answer(cookie, headers | ({"Set-Cookie": change} if change else {}), said_no)


def decide(sent: re.Match[str] | None, *, agreed: bool) -> tuple[str | None, str | None]:
    """The cookie to go by, and the `Set-Cookie` header where it is not what the browser has."""
    if not agreed:
        return None, f"{NAME}=; Max-Age=0; {_ATTRIBUTES}" if sent else None
    if sent and _VALUE.fullmatch(sent[1]):
        return sent[1], None
    fresh = random_token()
    return fresh, f"{NAME}={fresh}; Max-Age={SECONDS}; {_ATTRIBUTES}"
