"""Why a person got a message, or did not (P7): a sentence for people, and the same as data."""

from __future__ import annotations

from typing import Any

from chalicelib.storage.messages import Message

_REASONS = {
    "expired": "it was too late to make sense",
    "unknown_site": "its site or advertiser is no longer there",
    "unknown_contact": "the contact is no longer in the base",
    "no_sms_marketing_consent": "the person has not agreed to marketing SMS from this advertiser",
    "no_matching_consent": "the person has not agreed to be matched with visits for this advertiser",
    "opposed": "the person said STOP or unsubscribed",
    "number_invalid": "a check of its number found no subscriber",
    "purchased": "the visitor bought before it was sent",
    "kind_unwanted": "the person asked not to get messages of this kind",
    "fewer_wanted": "the person asked for fewer messages, and had one lately",
    "cap_reached": "the person has had as many marketing SMS as the cap allows",
    "not_composable": "its template could not be filled in",
    "lease_ended": "the worker that was sending it was lost; only a receipt can tell whether it left",
}
_STATES = {
    "scheduled": "It waits for its moment",
    "deferred": "It waits for its moment",
    "queued": "It is on the send queue",
    "sending": "It is being handed to the provider",
    "sent": "It was handed to the provider",
    "delivered": "It was delivered",
    "failed": "The provider refused it",
    "unknown": "It may have left",
    "refused": "It was not sent",
    "cancelled": "It was cancelled",
    "expired": "It was dropped",
}


def why(message: Message) -> dict[str, Any]:
    """State, sentence, the match that led to it, what the decision saw, and each step with its time."""
    return {
        "message": message.id,
        "state": message.state,
        "reason": message.reason,
        "sentence": _sentence(message),
        "class": message.message_class,
        "journey": message.journey,
        "site": message.site,
        "match": {name: message.evidence.get(name) for name in ("evidence", "strength", "at", "consent_at")},
        "decision": message.decision,
        "history": [{"state": step.state, "at": step.at, "reason": step.reason} for step in message.history],
    }


def _sentence(message: Message) -> str:
    state = _STATES[message.state]
    if message.reason is None:
        return f"{state}."
    return f"{state}: {_REASONS.get(message.reason, message.reason)}."
