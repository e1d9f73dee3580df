"""The audit log, around API and console: who changed what, when, from what to what; who looked a person up, and why.

It is written before the change, so that none is made without a record, and once more with what came of it. `before` is
what the address showed a moment earlier. What a request or an answer says is sealed, and secrets are left out of it; of
what is about people only what was done stays: an erasure reaches no log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalice.app import Request, Response

from chalicelib.errors import StorageUnavailable
from chalicelib.ids import new_id
from chalicelib.logs import log_failure
from chalicelib.storage.admin_keys import AdminKey
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.audit_log import Entry
from chalicelib.web.admin_requests import from_console, shown
from chalicelib.web.middleware import API, Next
from chalicelib.web.permissions import may, only_asks, subject
from chalicelib.web.sessions import opened
from chalicelib.wiring import services

_ON_RECORD_ELSEWHERE = frozenset({"messages", "verifications"})
"""Each message is its own record, with the key's request behind it (docs/messages.md)."""
_LEFT_OUT = frozenset({"key", "phone", "email", "emails", "code", "codes", "rows", "row"})
_SECRETS = ("secret", "token")
"""How the names of secrets end."""
_ABOUT_PEOPLE = frozenset(
    {"people", "contacts", "consents", "imports", "conversations", "conversions", "members", "test-phones", "strays"}
)
"""What a route is about, or ends with, where bodies tell of people."""
_LOOKED_UP = frozenset({"people", "strays"})
"""What is on record also where it is only read."""
_DONE_TO_PEOPLE = frozenset(
    {
        "reason",
        "scope",
        "state",
        "assignee",
        "tags",
        "flags",
        "given",
        "source",
        "wording",
        "country",
        "bytes",
        "columns",
        "kinds",
        "dry_run",
    }
)
"""The fields of such bodies that are kept; of the others only that they were there."""
_FORMS = frozenset({"/console/inbox/{conversation}/answer", "/console/inbox/{conversation}/turn"})
"""Where the console changes something."""
_LARGEST = 100_000
"""Characters of what is kept of one change."""
Shown = Callable[[Request, str], Response | None]
"""What a GET of a route would answer to this request; None where there is no such route."""


def audit(shows: Shown) -> Callable[[Request, Next], Response]:
    """The middleware, given a way to what addresses show."""

    def handle(request: Request, get_response: Next) -> Response:
        if request.path in _FORMS:
            return _of_console(request, get_response)
        key = shown(request) if _is_recorded(request) else None
        if key is None or not may(key.role, request.method, request.path):
            return get_response(request)
        return _of_key(request, get_response, key, shows)

    return handle


def _of_key(request: Request, get_response: Next, key: AdminKey, shows: Shown) -> Response:
    about = None if subject(request.path) in _LOOKED_UP else _about(request.path)
    kept = _kept_of(request.path)
    told = _agent(signed_in.agent) if (signed_in := from_console()) else {}
    told |= {"target": dict(request.uri_params or {}), "asked": kept(_asked(request))}
    makes = request.method == "POST" and about == request.path  # What is new was nothing before.
    told["before"] = kept(_body(shows(request, about))) if about and not makes else None

    def after(response: Response) -> dict[str, Any]:
        if not about or response.status_code >= 400:
            return {}
        return {"after": kept(_body(response if about == request.path else shows(request, about)))}

    return _recorded(request, get_response, key, _scope(request, key), told, after)


def _of_console(request: Request, get_response: Next) -> Response:
    """The same for a form of the console: what was done, under which name; never what was written."""
    given, now = parse_qs(_text(request)), services().clock.now()
    action = given.get("do", [request.path.rsplit("/", 1)[-1]])[0]
    session = opened(services().vault, str(request.headers.get("cookie", "")), now)
    key = services().admin_keys.known_by(session.key, now) if session else None
    if session is None or key is None or given.get("token") != [session.token] or action == "count":
        return get_response(request)
    told = _agent(session.agent) | {"target": dict(request.uri_params or {}), "asked": {"do": action[:20]}}
    return _recorded(request, get_response, key, session.advertiser, told, lambda _: {})


def _recorded(
    request: Request,
    get_response: Next,
    key: AdminKey,
    scope: str,
    told: dict[str, Any],
    after: Callable[[Response], dict[str, Any]],
) -> Response:
    from chalicelib.web import problems

    now = services().clock.now()
    entry_id = new_id("aud", now)
    entry = Entry(entry_id, now, scope, key.id, key.role, request.method, request.path)
    try:
        services().audit_log.begin(_with(entry, told))
    except StorageUnavailable as unavailable:
        status, body = problems.render(unavailable)
        return Response(body, status_code=status, headers={"Content-Type": problems.MEDIA_TYPE})
    response = get_response(request)
    try:
        services().audit_log.settle(entry, response.status_code, _sealed(entry_id, told | after(response)))
    except StorageUnavailable as unavailable:  # It is done and on record; that it is not known how it ended is, too.
        log_failure("audit_not_settled", unavailable, entry=entry_id)
    return response


def _agent(name: str) -> dict[str, Any]:
    """Who it was of those who share a key, as far as they have said."""
    return {"agent": name} if name else {}


def _is_recorded(request: Request) -> bool:
    if not request.path.startswith(API):
        return False
    about = subject(request.path)
    if about in _LOOKED_UP:
        return True  # Whoever is looked up is on record with it.
    reads = request.method in ("GET", "HEAD") or only_asks(request.method, request.path)
    return not reads and about not in _ON_RECORD_ELSEWHERE


def _about(path: str) -> str | None:
    """The route that shows what is changed: the address's own, or for a verb behind a thing the thing's."""
    parent, _, last = path.rpartition("/")
    if last.endswith("}") or path.count("/") <= 2:
        return path
    return parent if parent.endswith("}") and parent.count("/") > 3 else path


def _scope(request: Request, key: AdminKey) -> str:
    target: Mapping[str, str] = request.uri_params or {}
    if named := target.get("advertiser"):
        return named if key.scope == OPERATOR or named == key.scope else key.scope
    site = services().advertisers.site(target["site"]) if "site" in target else None
    return site.advertiser if site and key.scope in (OPERATOR, site.advertiser) else key.scope


def _asked(request: Request) -> Any:
    """The body; of who reads about a person, the reason, which stands in the address."""
    given: Mapping[str, str] = request.query_params or {}
    return _parsed(_text(request)) or ({"reason": given["reason"]} if "reason" in given else None)


def _text(request: Request) -> str:
    body = request.raw_body
    return body if isinstance(body, str) else body.decode("utf-8", "replace")


def _body(response: Response | None) -> Any:
    if response is None or response.status_code >= 400 or not isinstance(response.body, str):
        return None
    return _parsed(response.body)


def _parsed(text: str) -> Any:
    if not text:
        return None
    if len(text) > _LARGEST:
        return {"characters": len(text)}
    try:
        return json.loads(text)
    except ValueError:
        return {"characters": len(text)}


def _kept_of(path: str) -> Callable[[Any], Any]:
    """What is kept of the documents of a route."""
    return _done if _ABOUT_PEOPLE & {subject(path), path.rsplit("/", 1)[-1]} else _without


def _done(value: Any) -> Any:
    """What was done, without whom it tells of."""
    if not isinstance(value, dict):
        return None if value is None else "…"
    return {name: inner if name in _DONE_TO_PEOPLE or name == "characters" else "…" for name, inner in value.items()}


def _without(value: Any) -> Any:
    """A document without its secrets."""
    if isinstance(value, dict):
        return {name: _field(name, inner) for name, inner in value.items()}
    return [_without(inner) for inner in value] if isinstance(value, list) else value


def _field(name: str, value: Any) -> Any:
    if name in _LEFT_OUT or name.endswith(_SECRETS):
        return "…"
    return _host(value) if name == "url" and isinstance(value, str) else _without(value)


def _host(url: str) -> str:
    """Where a webhook goes; its path may be a secret, as Slack's is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    return f"{parts.scheme}://{parts.hostname}/…"


def _with(entry: Entry, told: dict[str, Any]) -> Entry:
    return replace(entry, sealed=_sealed(entry.id, told))


def _sealed(entry_id: str, told: dict[str, Any]) -> bytes:
    return services().vault.seal(json.dumps(told, ensure_ascii=False), place(entry_id))


def place(entry_id: str) -> str:
    """Where an entry's sealed part opens."""
    return f"audit/{entry_id}"
