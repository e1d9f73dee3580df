"""`/console/keys`: who may come in, with which role. The operator makes keys and takes them away."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk

ROLES = {
    "marketer": ("Marketing : tout, sauf les clés", "Marketing: everything but keys"),
    "agent": ("Service client : les conversations", "Customer service: conversations"),
    "developer": ("Développeur : sites, liens, webhooks, imports", "Developer: sites, links, webhooks, imports"),
    "reader": ("Lecture : les chiffres, personne en particulier", "Reading: figures, and nobody in particular"),
    "operator": ("Opérateur : tout", "Operator: everything"),
}
_MADE_BY_HAND = ("marketer", "agent", "developer", "reader")
_NOTICES = {
    "removed": ("La clé n’ouvre plus rien d’ici dix secondes.", "The key opens nothing within ten seconds."),
}


def show(desk: Desk, *_: str) -> Response:
    """The keys, and the form for another."""
    return _page(desk)


def act(desk: Desk, *rest: str) -> Response:
    """Make a key, give one another secret, or take one away."""
    match rest:
        case ():
            return _made(desk)
        case (key, "rotate"):
            told = desk.api("POST", f"keys/{segment(key)}/rotate", {"overlap_hours": 24})
            return _page(desk, made=told) if told.ok else _page(desk, refused=told)
        case (key, "remove"):
            told = desk.api("DELETE", f"keys/{segment(key)}")
            return desk.go("keys", "removed") if told.ok else _page(desk, refused=told)
    raise NotFound("form")


def _made(desk: Desk) -> Response:
    given = {name: value for name in ("name", "email", "role") if (value := desk.fields.get(name, "").strip())}
    told = desk.api("POST", "keys", given)
    return _page(desk, made=told) if told.ok else _page(desk, refused=told, given=given)


def _page(desk: Desk, *, made: Answer | None = None, refused: Answer | None = None, given: Any = None) -> Response:
    return desk.page(
        "keys",
        refused.status if refused else 200,
        notices=_NOTICES,
        keys=desk.read("keys")["keys"],
        roles={role: desk.say(*words) for role, words in ROLES.items()},
        choices=[(role, desk.say(*ROLES[role])) for role in _MADE_BY_HAND],
        may_make=desk.may("POST", "keys"),
        made=made.body if made else None,
        errors=refused.errors if refused else {},
        given=given or {},
    )
