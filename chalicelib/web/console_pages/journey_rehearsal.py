"""A journey's rehearsal: asked for, followed while it goes on, and what it found."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.journeys.definition import Journey
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.journey_picture import picture
from chalicelib.web.console_pages.journey_surroundings import around
from chalicelib.web.console_pages.reading import read, read_of
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.rehearsal_view import foreseen

AT_ONCE = 200
"""Contacts of a base whose rehearsal is done while somebody waits for the page."""
_ROWS = 20


def show(desk: Desk, journey: str) -> Response:
    """The last rehearsal; asked by htmx, only how far it is."""
    known = read(desk, f"journeys/{journey}")
    last = desk.api("GET", f"journeys/{journey}/rehearsal")
    told: dict[str, Any] | None = last.body if last.ok else None
    values: dict[str, Any] = {
        "journey": known,
        "rehearsal": told,
        "is_of_now": told is not None and told["version"] == known["version"],
    }
    if told and told["state"] == "done":
        values |= _found(desk, journey, told)
    waits = known["state"] != "live" or known["begins"] != known["version"]
    is_done = told is not None and told["state"] == "done" and values["is_of_now"]
    values["may_start"] = waits and is_done and desk.may("POST", "journeys/{journey}/start")
    values["may_rehearse"] = desk.may("POST", "journeys/{journey}/rehearse")
    return desk.part("journey_rehearsed", **values) if desk.is_part else desk.page("journey_rehearsal", **values)


def act(desk: Desk, journey: str) -> Response:
    """Rehearse it with everybody: at once where they are few, else in the background."""
    tried = read_of(desk.api("POST", f"journeys/{journey}/rehearse", {"contacts": AT_ONCE}))
    if tried["contacts_looked_at"] < tried["contacts"]:
        read_of(desk.api("POST", f"journeys/{journey}/rehearse", {"everybody": True}))
    return desk.go(f"journeys/{journey}/rehearsal")


def _found(desk: Desk, journey: str, told: dict[str, Any]) -> dict[str, Any]:
    document = _document(desk, journey, told["version"])
    steps = {step.id: number + 1 for number, step in enumerate(document.steps)}
    rows = [
        {
            "step": steps.get(row["step"] or "", ""),
            "at": row["at"],
            "leaves": row["outcome"] == "sent",
            "why": said_reason(row["reason"], desk.say) if row["reason"] else "",
            "parts": row["parts"],
        }
        for row in told["rows"][:_ROWS]
    ]
    return {
        "foreseen": foreseen(told["messages"], desk.say, desk.advertiser.zone, by_day=False),
        "boxes": picture(document, desk.say, around(desk, document.message_class), told["became"]),
        "rows": rows,
    }


def _document(desk: Desk, journey: str, version: int) -> Journey:
    """As it was when it was rehearsed."""
    versions = read(desk, f"journeys/{journey}/versions")["versions"]
    found = next((one for one in versions if one["version"] == version), versions[0])
    return Journey.model_validate(found["document"])
