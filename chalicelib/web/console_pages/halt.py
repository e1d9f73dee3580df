"""`/console/halt`: one button stops the marketing, and the page shows that it stands still."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import Forbidden, NotFound
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.live import mark

NOTICES = {
    "stopped": ("Tout est arrêté.", "Everything is stopped."),
    "resumed": ("C’est reparti.", "Sending has started again."),
}


def show(desk: Desk, *rest: str) -> Response:
    """Whether it stands still; the button; and for a page that is open, what has changed."""
    if rest == ("live",):
        return _live(desk)
    if rest:
        raise NotFound("page")
    values: dict[str, Any] = {"may_act": desk.may("PUT", "halt"), "for_all": desk.role == "operator", "wrong": ""}
    return desk.page("halt/halt", notices=NOTICES, **values | _standing(desk))


def act(desk: Desk, *rest: str) -> Response:
    """Stop, or go on: the advertiser's marketing, one campaign's, or by the operator everybody's."""
    if rest:
        raise NotFound("page")
    given = desk.fields
    place = "/v1/halt" if given.get("scope") == "all" else "halt"
    query = {"campaign": given["campaign"]} if given.get("campaign") else None
    if given.get("do") == "stop":
        answer = desk.api("PUT", place, {"why": given.get("why", "")}, query=query)
    elif given.get("do") == "resume":
        answer = desk.api("DELETE", place, query=query)
    else:
        raise NotFound("action")
    if answer.status == 403:
        raise Forbidden(desk.say("Seul l’opérateur peut le faire.", "Only the operator can do this."))
    if not answer.ok:
        raise NotFound("campaign")
    return desk.go("halt", "stopped" if given["do"] == "stop" else "resumed")


def _live(desk: Desk) -> Response:
    standing = _standing(desk)
    if desk.parameters.get("state") == standing["state"]:
        return desk.unchanged()
    return desk.part("halt/live", **standing)


def _standing(desk: Desk) -> dict[str, Any]:
    told = desk.read("halts")
    halt = told["service"] or told["advertiser"]
    holds = halt is not None and told["at"] >= told["holds_from"]
    shown = {name: value for name, value in told.items() if name != "at"} | {"holds": holds}
    return {
        "told": "",
        "standing": told,
        "halt": halt,
        "holds": holds,
        "since_stop": halt is not None and (told["last_sent_at"] or 0) < halt["at"],
        "state": mark(shown),
        "by": _who(desk, halt["by"]) if halt else "",
    }


def _who(desk: Desk, by: str) -> str:
    if by == "operator":
        return desk.say("l’opérateur", "the operator")
    return desk.say("vous ou un collègue", "you or a colleague")
