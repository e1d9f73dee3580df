"""Why a person got a message, or did not (P7): a sentence for people, and the same as data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalicelib.storage.messages import Message

if TYPE_CHECKING:
    from chalicelib.reports.message_shapes import WhyTold

_REASONS = {
    "expired": "it was too late to make sense",
    "unknown_advertiser": "its advertiser is no longer there",
    "unknown_site": "its site is no longer there",
    "unknown_contact": "the contact is no longer in the base",
    "no_sms_marketing_consent": "the person has not agreed to marketing SMS from this advertiser",
    "no_sms_notification_consent": "the person has not agreed to notifications by SMS from this advertiser",
    "no_order": "the phone came with an order, and the message is about none",
    "no_double_opt_in": "the country wants a consent that was confirmed from the phone before an SMS about a cart",
    "no_matching_consent": "the person has not agreed to be matched with visits for this advertiser",
    "opposed": "the person said STOP or unsubscribed",
    "number_invalid": "a check or a provider found no subscriber with its number",
    "purchased": "the visitor bought before it was sent",
    "no_longer": "there is nothing left that it would be about",
    "not_meant": "the person is none of those whom it is meant for",
    "journey_stopped": "the journey was stopped",
    "country_not_meant": "the journey is not meant for the country of the phone",
    "replied": "the person has answered",
    "reviewed": "the person has written a review",
    "refunded": "the order was refunded",
    "left_journey": "the person had left the journey that meant it",
    "kind_unwanted": "the person asked not to get messages of this kind",
    "fewer_wanted": "the person asked for fewer messages, and had one lately",
    "not_opposed": "it tells of a STOP, and the person is back since",
    "answer_too_late": "the person's text is more than a day old, and needs no answer any more",
    "reply_open": "nobody has read yet what the person wrote last",
    "reply_past_expiry": "nobody had read what the person wrote before it made no sense any more",
    "cap_reached": "the person has had as many SMS as a cap allows",
    "cap_past_expiry": "the caps would have allowed it only when it made no sense any more",
    "ledger_full": "the person has had more SMS in a month than anybody may get",
    "hours_past_expiry": "the hours of the recipient's country would have allowed it only when it was too late",
    "outside_hours": "the hours of the recipient's country do not allow it now",
    "unknown_template": "its template is no longer there",
    "template_reclassified": "its template is of another class by now",
    "survey_not_open": "answers to the survey that it asks would not count",
    "not_composable": "its template could not be filled in",
    "sender_unregistered": "the advertiser has no sender in the recipient's country",
    "sender_unverified": "the operator has not verified the sender",
    "sender_wrong_class": "no sender of the advertiser may carry this class of message there",
    "sender_one_way": "its text invites a reply, and no reply reaches the sender",
    "country_unsigned": "the operator has not signed what the recipient's country allows",
    "outside_calendar": "its moment lies outside the years whose calendar is known",
    "number_not_mobile": "the number is no mobile",
    "zone_unknown": "the recipient's time zone is not known",
    "promo_closed": "the promo codes that it offers are not given out any more",
    "promo_over": "what it offers would have been over when it arrived",
    "promo_out_of_codes": "there was no promo code left for it, and it does not go without",
    "budget_spent": "the advertiser's budget of the day is spent",
    "budget_past_expiry": "the advertiser's budget would have held it only when it was too late",
    "price_unknown": "the advertiser has a budget, and nobody has said what an SMS there costs",
    "provider_past_expiry": "the provider did not answer until it was too late",
    "halted": "marketing, or its campaign, stands still, by somebody's order or because too many said no",
    "broadcast_cancelled": "its broadcast was cancelled before it left",
    "erased": "the person had everything erased",
    "lease_ended": "the worker that was sending it was lost; only a receipt can tell whether it left",
    "no_answer": "the provider was asked and no answer came; only a receipt can tell whether it left",
    "no_word": "no receipt has told whether it left, and none is waited for any more",
    "provider_unavailable": "the provider could not take it at that moment",
    "opted_out": "the provider or the carrier holds a STOP of this phone",
    "invalid_number": "no phone has this number",
    "sender_refused": "its sender is not allowed there",
    "out_of_credit": "the provider's account may spend no more",
    "rejected": "the provider or the carrier turned it down for good",
    "account_suspended": "the provider's account is suspended",
    "blocked": "the carrier or the phone blocks such SMS",
    "cancelled": "the provider took it back before it left",
    "failed": "the provider or the carrier did not say why",
    "filtered": "the carrier's filter held it back",
    "provider_overflow": "it waited at the provider until it was dropped there",
    "unknown_subscriber": "the carrier knows no subscriber with its number",
    "unreachable": "the phone could not be reached",
}
_FAILED = {"expired": "the phone was not reached before it was too late"}
"""What a reason says of an SMS that had left."""
_STATES = {
    "scheduled": "It waits for its moment",
    "deferred": "It waits for a better moment",
    "queued": "It is on the send queue",
    "sending": "It is being handed to the provider",
    "sent": "It was handed to the provider",
    "delivered": "It was delivered",
    "failed": "It failed",
    "unknown": "It may have left",
    "refused": "It was not sent",
    "cancelled": "It was cancelled",
    "expired": "It was dropped",
}


def why(message: Message) -> WhyTold:
    """State, sentence, until when it waits (epoch ms), the match that led to it, what the decision saw, each step."""
    seen = message.evidence
    return {
        "message": message.id,
        "state": message.state,
        "reason": message.reason,
        "sentence": _sentence(message),
        "until": _until(message),
        "class": message.message_class,
        "journey": message.journey,
        "site": message.site,
        "waited_for": _waited_for(message),
        "answers": {"reply": seen.get("reply"), "wrote_at": seen.get("wrote_at")} if message.is_answer else None,
        "match": {
            "evidence": seen.get("evidence"),
            "strength": seen.get("strength"),
            "at": seen.get("at"),
            "consent_at": seen.get("consent_at"),
        },
        "decision": dict(message.decision),
        "history": [{"state": step.state, "at": step.at, "reason": step.reason} for step in message.history],
    }


def reason_in_words(reason: str) -> str:
    """A reason as a part of a sentence. A generic provider's own are the operator's words already."""
    return _REASONS.get(reason, reason.replace("_", " "))


def _sentence(message: Message) -> str:
    state, reason = _STATES[message.state], message.reason
    if until := _until(message):
        state += f", {_by_the_recipients_clock(until, message)}"
    if reason is None or (message.state == "queued" and reason != "halted"):
        return f"{state}."  # What it waited for before it was queued is over.
    told = _FAILED.get(reason) if message.state == "failed" else None
    sentence = f"{state}: {told or reason_in_words(reason)}"
    waited_for = _waited_for(message)
    if message.state == "expired" and waited_for and waited_for != reason:
        sentence += f"; before that it waited: {reason_in_words(waited_for)}"
    return f"{sentence}."


def _waited_for(message: Message) -> str | None:
    """Why it was deferred last, whatever became of it."""
    return next((step.reason for step in reversed(message.history) if step.state == "deferred"), None)


def _until(message: Message) -> int | None:
    return message.due_at if message.state in ("scheduled", "deferred") else None


def _by_the_recipients_clock(at: int, message: Message) -> str:
    """In the first zone that the decision looked at; in UTC where it has looked at none."""
    zone = ((message.decision or {}).get("hours") or {}).get("zone", "").partition(",")[0]
    return f"{datetime.fromtimestamp(at / 1000, ZoneInfo(zone) if zone else UTC):%Y-%m-%d %H:%M} {zone or 'UTC'}"
