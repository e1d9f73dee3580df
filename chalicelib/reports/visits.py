"""What a visit led to, or why nothing came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.journeys.cart import JOURNEY
from chalicelib.reports.why import why
from chalicelib.storage.enrolments import Enrolments
from chalicelib.storage.events import Events
from chalicelib.storage.messages import Messages
from chalicelib.storage.visitors import Visitor, Visitors

_UNMATCHED = {
    "unknown_identifier": "The identifier that came with the visit leads to nobody in the base.",
    "no_matching_consent": "The person has not agreed to be matched with visits: the visit stays anonymous.",
}


def visit(
    events: Events, visitors: Visitors, enrolments: Enrolments, messages: Messages, site: str, visitor_id: str
) -> dict[str, Any]:
    """A visitor's events, match and message, without anything that names a person."""
    visitor = visitors.get(site, visitor_id)
    tie = visitor.tie
    enrolment = enrolments.get(tie.base, tie.person, JOURNEY, site) if tie else None
    message = messages.get(enrolment.message) if enrolment else None
    return {
        "site": site,
        "visitor": visitor_id,
        "events": [
            {"event": event.name, "id": event.id, "time": event.time} for event in events.trail(site, visitor_id)
        ],
        "cart": asdict(visitor.cart) if visitor.cart else None,
        "match": {n: getattr(tie, n) for n in ("evidence", "strength", "at", "consent_at")} if tie else None,
        "sentence": _sentence(visitor),
        "message": why(message) if message else None,
    }


def _sentence(visitor: Visitor) -> str:
    if visitor.tie:
        return f"The visit is matched with a contact by {visitor.tie.evidence}."
    if visitor.unmatched:
        return _UNMATCHED[visitor.unmatched]
    return "Nothing in the visit says who it is: it stays anonymous."
