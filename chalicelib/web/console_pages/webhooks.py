"""`/console/webhooks`: where the advertiser's own tools are told events, and what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.webhooks.events import SUBSCRIBABLE

FORMATS = (("json", ("Signé, en JSON", "Signed JSON")), ("slack", ("Un canal Slack", "A Slack channel")))
EVENTS: Mapping[str, tuple[str, str]] = {
    "conversation.waiting": ("une conversation attend une réponse", "a conversation waits for an answer"),
    "conversation.answered": ("on a répondu à une conversation", "a conversation was answered"),
    "stop.received": ("quelqu’un a dit non : STOP, lien ou opérateur", "somebody said no: STOP, link or carrier"),
    "survey.answered": ("quelqu’un a répondu à une enquête", "somebody answered a survey"),
}
_NOTICES = {
    "pinged": ("Un essai est parti : il paraît ci-dessous.", "A test has left: it shows below."),
    "replayed": ("C’est redit.", "It is told again."),
    "removed": ("Plus rien n’y est dit.", "Nothing is told there any more."),
    "saved": ("C’est enregistré.", "It is saved."),
}


def show(desk: Desk, *rest: str) -> Response:
    """All webhooks, or one with what it was told."""
    match rest:
        case ():
            return _all(desk)
        case (webhook,):
            return _one(desk, webhook)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make a webhook, or do something with one."""
    match rest:
        case ():
            return _made(desk)
        case (webhook, action) if action in ("test", "pause", "resume", "remove", "replay"):
            return _done(desk, segment(webhook), action)
    raise NotFound("form")


def _made(desk: Desk) -> Response:
    given = {
        "name": desk.fields.get("name", ""),
        "url": desk.fields.get("url", ""),
        "format": desk.fields.get("format", "json"),
        "events": list(desk.posted.get("events", [])),
    }
    told = desk.api("POST", "webhooks", given)
    return _all(desk, made=told.body) if told.ok else _all(desk, refused=told, given=given)


def _done(desk: Desk, webhook: str, action: str) -> Response:
    place = f"webhooks/{webhook}"
    match action:
        case "test":
            told, word = desk.api("POST", f"{place}/test"), "pinged"
        case "replay":
            delivery = segment(desk.fields.get("delivery", ""))
            told, word = desk.api("POST", f"{place}/deliveries/{delivery}/replay"), "replayed"
        case "remove":
            told, word = desk.api("DELETE", place), "removed"
        case _:
            known = desk.api("GET", place).body
            kept = {name: known.get(name) for name in ("name", "format", "events")}
            told, word = desk.api("PUT", place, kept | {"state": "paused" if action == "pause" else "active"}), "saved"
    if not told.ok:
        return _one(desk, webhook, refused=told)
    return desk.go("webhooks" if action == "remove" else place, word)


def _all(desk: Desk, *, made: Any = None, refused: Answer | None = None, given: Any = None) -> Response:
    return desk.page(
        "webhooks",
        refused.status if refused else 200,
        notices=_NOTICES,
        webhooks=desk.read("webhooks")["webhooks"],
        may_change=desk.may("POST", "webhooks"),
        formats=[(name, desk.say(*words)) for name, words in FORMATS],
        events=[(event, desk.say(*EVENTS.get(event, (event, event)))) for event in SUBSCRIBABLE],
        made=made,
        errors=refused.errors if refused else {},
        given=given or {},
    )


def _one(desk: Desk, webhook: str, *, refused: Answer | None = None) -> Response:
    return desk.page(
        "webhook",
        refused.status if refused else 200,
        notices=_NOTICES,
        webhook=desk.read(f"webhooks/{webhook}"),
        deliveries=desk.read(f"webhooks/{webhook}/deliveries")["deliveries"],
        may_change=desk.may("POST", "webhooks"),
        errors=refused.errors if refused else {},
    )
