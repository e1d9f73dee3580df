"""A flash sale's plan as a form: to whom, which text, where its link leads, when, how fast."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalice.app import Response

from chalicelib.clock import SECOND
from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.link_words import TARGETS
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything
from chalicelib.web.console_pages.text_choices import text_choices

_EVERYBODY = "everybody"
"""Of the choice of a segment: one that is made with the plan, of everybody whose number works."""
_EVERYBODYS_NAME = ("Tous vos contacts", "All your contacts")
_EVERYBODYS_RULES = {"all": [{"fact": "contact.reachable", "op": "is", "value": True}]}
_KIND = "flash_sale"
"""Texts written for it stand first: others may ask for what only a journey knows, such as a product."""
_LINK = TARGETS | {"required": ("Le texte a un lien : dites où il mène.", "The text has a link: say where it leads.")}
_USUAL = {
    "name": "",
    "segment": "",
    "template": "",
    "start_at": "",
    "pace_per_minute": "600",
    "hours": "12",
    "link": "",
}


def form(desk: Desk, sale: dict[str, Any] | None = None, refused: Answer | None = None) -> Response:
    """The form of a new one, or of one that is planned."""
    asked = {name: desk.parameters[name] for name in ("segment", "template") if name in desk.parameters}
    given = _USUAL | {"link": _front_page(desk)} | asked | _typed(desk, sale) | desk.fields
    found = everything(desk, "segments", "segments")
    if given["segment"] == _EVERYBODY:
        given["segment"] = _of_everybody(found) or _EVERYBODY
    problems: dict[str, Problem] = said_problems(refused.errors, desk) if refused else {}
    if (wrong := problems.get("link")) and wrong.rule in _LINK:
        problems["link"] = Problem(wrong.rule, desk.say(*_LINK[wrong.rule]))
    return desk.page(
        "flash_sale_plan",
        refused.status if refused else 200,
        sale=sale,
        given=given,
        templates=text_choices(desk, first=_KIND),
        segments=_segments(desk, found),
        errors={"hours" if name == "expires_in_s" else name: one for name, one in problems.items()},
    )


def save(desk: Desk, sale: dict[str, Any] | None) -> Response:
    """Make it, or change its plan."""
    given = {name: value.strip() for name, value in desk.fields.items()}
    hours = given.get("hours", "").replace(",", ".")
    body: dict[str, Any] = {name: given[name] for name in ("name", "segment", "template") if given.get(name)}
    body["pace_per_minute"] = _whole(given.get("pace_per_minute", ""))
    body["expires_in_s"] = round(float(hours) * 3600) if hours.replace(".", "", 1).isdecimal() else hours
    body["start_at"] = _moment(given.get("start_at", ""), desk.advertiser.zone)
    body["link"] = given.get("link") or None
    body["sender"] = sale["sender"] if sale else None
    if body.get("segment") == _EVERYBODY:
        body["segment"] = _everybody(desk)
    saved = desk.api("PUT", f"broadcasts/{sale['broadcast']}", body) if sale else desk.api("POST", "broadcasts", body)
    return desk.go(f"flash-sales/{saved.body['broadcast']}", "planned") if saved.ok else form(desk, sale, saved)


def _segments(desk: Desk, found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Those that are there, with their sizes; and everybody, who need no segment of one's own."""
    listed = [(one["segment"], f"{one['name']} ({one['members']})") for one in found]
    return listed if _of_everybody(found) else [*listed, (_EVERYBODY, desk.say(*_EVERYBODYS_NAME))]


def _of_everybody(found: list[dict[str, Any]]) -> str | None:
    """The segment of everybody, where there is one already."""
    return next((one["segment"] for one in found if one["rules"] == _EVERYBODYS_RULES), None)


def _everybody(desk: Desk) -> str:
    """The segment of everybody: the one that is there, else a new one. Empty where none can be made."""
    if known := _of_everybody(everything(desk, "segments", "segments")):
        return known
    made = desk.api("POST", "segments", {"name": desk.say(*_EVERYBODYS_NAME), "rules": _EVERYBODYS_RULES})
    return str(made.body["segment"]) if made.ok else ""


def _front_page(desk: Desk) -> str:
    """The shop's, where there is one: a link has to lead somewhere."""
    sites = everything(desk, "sites", "sites")
    return next((f"{origin}/" for site in sites for origin in site["origins"]), "")


def _typed(desk: Desk, sale: dict[str, Any] | None) -> dict[str, str]:
    """A plan as its form shows it."""
    if sale is None:
        return {}
    told = {name: str(sale[name] or "") for name in ("name", "segment", "template", "pace_per_minute", "link")}
    start = sale["start_at"]
    local = datetime.fromtimestamp(start / SECOND, ZoneInfo(desk.advertiser.zone)) if start else None
    at = local.strftime("%Y-%m-%dT%H:%M") if local else ""
    return told | {"start_at": at, "hours": f"{sale['expires_in_s'] / 3600:g}"}


def _whole(typed: str) -> int | str:
    return int(typed) if typed.isdecimal() else typed


def _moment(typed: str, zone: str) -> str | None:
    """A moment of the advertiser's clock, as the API takes it; what is none stays as it was typed."""
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return typed
