"""What a visit led to, or why nothing came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.journeys.book import CART
from chalicelib.reports.conversions import told
from chalicelib.reports.why import reason_in_words, why
from chalicelib.storage import keys
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.conversions import ConversionLog
from chalicelib.storage.enrolments import Enrolment, Enrolments
from chalicelib.storage.events import Events
from chalicelib.storage.messages import Messages
from chalicelib.storage.visitors import Tie, TieChange, Visitor, Visitors

_UNMATCHED = {
    "unknown_identifier": "The identifier that came with the visit leads to nobody in the base.",
    "no_matching_consent": "The person has not agreed to be matched with visits: the visit stays anonymous.",
    "weak_evidence": "The site demands strong evidence, and the visit has weak evidence only: it stays anonymous.",
    "used_by_another": "Somebody else has been using the browser: nothing is done for either.",
    "contradicts_strong_evidence": "The page names somebody else than strong evidence: nothing is done for either.",
}


def visit(
    events: Events,
    visitors: Visitors,
    enrolments: Enrolments,
    messages: Messages,
    conversions: ConversionLog,
    site: str,
    visitor_id: str,
) -> dict[str, Any]:
    """A visitor's events, match and message, without anything that names a person."""
    visitor = visitors.get(site, visitor_id)
    tie = visitor.tie
    enrolment = enrolments.get(keys.enrolment(tie.base, tie.person, CART, site)) if tie else None
    message = messages.get(enrolment.message) if enrolment and enrolment.message else None
    trail = events.trail(site, visitor_id)
    orders = dict.fromkeys(event.params["transaction_id"] for event in trail if "transaction_id" in event.params)
    purchases = [found for order in orders if (found := conversions.get(site, order))]
    return {
        "site": site,
        "visitor": visitor_id,
        "events": [{"event": event.name, "id": event.id, "time": event.time} for event in trail],
        "cart": asdict(visitor.cart) if visitor.cart else None,
        "viewed": asdict(visitor.browsing.viewed) if visitor.browsing.viewed else None,
        "match": _match(tie) if tie else None,
        "ties": _history(visitors.changes(site, visitor_id)),
        "refusals": dict(visitor.refusals),
        "sentence": _sentence(visitor),
        "journey": _journey(enrolment) if enrolment else None,
        "message": why(message) if message else None,
        "purchases": [told(purchase) for purchase in purchases],
    }


def _journey(enrolment: Enrolment) -> dict[str, Any]:
    """Where the contact stands in the abandoned-cart journey: when the next step is due, what the others came to."""
    told = asdict(enrolment)
    kept = ("journey", "state", "reason", "definition", "run", "entered_at", "left_at", "due_at", "held_out")
    ran = [{name: value for name, value in asdict(one).items() if value is not None} for one in enrolment.ran]
    return {name: told[name] for name in kept} | {"steps": ran, "sentence": _stands(enrolment)}


def _stands(enrolment: Enrolment) -> str:
    if enrolment.state == "active":
        return "The cart was left, and the next step waits for its moment."
    reason = f": {reason_in_words(enrolment.reason)}" if enrolment.reason else ""
    return f"The journey has ended{reason}."


def _match(tie: Tie) -> dict[str, Any]:
    """Which evidence, when, and under which consent."""
    return {
        "evidence": tie.evidence,
        "strength": tie.strength,
        "at": tie.at,
        "base": PARTNER if tie.base == PARTNER else "own",
        "consent_at": tie.consent_at,
        "consent_source": tie.consent_source,
        "consent_wording": tie.consent_wording,
    }


def _history(changes: list[TieChange]) -> list[dict[str, Any]]:
    """Whom the browser was held for, in order; people are numbered as they came, and not named."""
    people: dict[str, int] = {}
    told = []
    for change in changes:
        tie = change.tie
        number = people.setdefault(tie.person, len(people) + 1) if tie else None
        told.append({"at": change.at, "person": number, "reason": change.reason} | (_match(tie) if tie else {}))
    return told


def _sentence(visitor: Visitor) -> str:
    if visitor.unmatched:
        return _UNMATCHED[visitor.unmatched]
    if visitor.tie:
        return f"The visit is matched with a contact by {visitor.tie.evidence}."
    return "Nothing in the visit says who it is: it stays anonymous."
