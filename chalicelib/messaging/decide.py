"""Whether a message may go, decided at the last moment from what is true then. Pure: facts in, a reason out.

Two questions: may this person be written to (`permit`), and is this the moment (`moment`)? The text is made between
them, because caps may count its parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, cast

from chalicelib.audience.consents import consent
from chalicelib.clock import MINUTE
from chalicelib.messaging import answer_rules, wishes
from chalicelib.messaging.gate import Hold
from chalicelib.messaging.hours import Hours, check_hours, spread
from chalicelib.messaging.own_hours import own_hours
from chalicelib.messaging.pressure import Pressure, weigh
from chalicelib.messaging.profile import CountryProfile
from chalicelib.messaging.recipients import Place
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.caps import CapRule
from chalicelib.storage.contacts import Consent, Contact, Purpose
from chalicelib.storage.ledger import Held, Ledger
from chalicelib.storage.ledger import Send as Sent
from chalicelib.storage.messages import Message

RefusalReason = Literal[
    "expired",
    "unknown_advertiser",
    "unknown_site",
    "unknown_contact",
    "no_sms_marketing_consent",
    "no_sms_notification_consent",
    "no_order",
    "no_matching_consent",
    "no_double_opt_in",
    "opposed",
    "number_invalid",
    "purchased",
    "left_journey",
    "kind_unwanted",
    "fewer_wanted",
    "not_opposed",
    "answer_too_late",
    "reply_past_expiry",
    "cap_reached",
    "cap_past_expiry",
    "hours_past_expiry",
    "ledger_full",
    "unknown_template",
    "template_reclassified",
    "survey_not_open",
    "not_composable",
    "sender_unregistered",
    "sender_unverified",
    "sender_wrong_class",
    "sender_one_way",
    "promo_closed",
    "promo_over",
    "promo_out_of_codes",
    "price_unknown",
    "budget_past_expiry",
    "provider_past_expiry",
    "country_unsigned",
    "outside_calendar",
    "number_not_mobile",
    "zone_unknown",
]
TOO_LATE: frozenset[RefusalReason] = frozenset(
    {
        "expired",
        "answer_too_late",
        "cap_past_expiry",
        "hours_past_expiry",
        "reply_past_expiry",
        "budget_past_expiry",
        "provider_past_expiry",
    }
)
"""Reasons by which a message is dropped for its time rather than refused."""
DeferralReason = Literal[
    "fewer_wanted", "cap_reached", "outside_hours", "provider_unavailable", "budget_spent", "halted", "reply_open"
]
HELD_LOOKED_AT = 15 * MINUTE
"""How often marketing that waits for somebody to read what the person wrote looks whether that was done."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at."""

    message: Message
    advertiser: Advertiser | None
    site: Site | None
    contact: Contact | None
    ledger: Ledger
    purchased: bool
    left: bool = False
    """Whether the contact has left the journey that meant the message."""
    operator_caps: tuple[CapRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """The person may be written to: who it is, for whom, by which consent."""

    contact: Contact
    advertiser: Advertiser
    site: Site | None
    purpose: Purpose | None = None
    consent: Consent | None = None
    """None for a one-time code and for an answer: the person has just asked for it."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the phone is, and what its country allows as the operator signed it."""

    place: Place
    profile: CountryProfile


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now, and counts as `counted`."""

    counted: Sent
    pressure: Pressure
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Not in this moment: at `until` it is decided anew."""

    until: int
    reason: DeferralReason
    pressure: Pressure
    hours: Hours | None = None
    held: Held | None = None
    """Since when, and why, the person's answer lets it wait."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It will not go."""

    reason: RefusalReason
    pressure: Pressure = field(default_factory=Pressure)
    hours: Hours | None = None
    held: Held | None = None


Decision = Send | Defer | Refuse
_NEEDS: dict[str, tuple[Purpose, RefusalReason]] = {
    "marketing": ("sms_marketing", "no_sms_marketing_consent"),
    "notification": ("sms_notification", "no_sms_notification_consent"),
}


def permit(facts: Facts, now: int) -> Permit | Refuse:
    """Who may be written to, or the first reason against it. Whatever is not known counts as a no."""
    message, contact, advertiser = facts.message, facts.contact, facts.advertiser
    if now >= message.expires_at:
        return Refuse("answer_too_late" if message.is_answer else "expired")
    if advertiser is None:
        return Refuse("unknown_advertiser")
    if message.site and facts.site is None:
        return Refuse("unknown_site")
    if contact is None:
        return Refuse("unknown_contact")
    if message.message_class == "authorisation":
        return Permit(contact, advertiser, facts.site)
    if message.is_answer:
        refused = answer_rules.against(message, facts.ledger, now)
        return Refuse(refused) if refused else Permit(contact, advertiser, None)
    purpose, missing = _NEEDS[message.message_class]
    agreed = consent(contact, purpose, message.advertiser)
    if agreed is None:
        return Refuse(missing)
    if agreed.basis == "contract" and not message.evidence.get("order"):
        return Refuse("no_order")
    against = _against(facts, contact)
    return Refuse(against) if against else Permit(contact, advertiser, facts.site, purpose, agreed)


def _against(facts: Facts, contact: Contact) -> RefusalReason | None:
    """What keeps an SMS from who agreed to it. A STOP ends notifications too: only a code that was asked for goes."""
    message, ledger = facts.message, facts.ledger
    if message.site and consent(contact, "matching", message.advertiser) is None:
        return "no_matching_consent"
    if ledger.opposition(message.advertiser):
        return "opposed"
    if contact.unreachable_at:
        return "number_invalid"
    if facts.purchased:
        return "purchased"
    if facts.left:
        return "left_journey"
    if message.message_class == "marketing" and wishes.unwanted(ledger, message.advertiser, message.journey):
        return "kind_unwanted"
    return None


def moment(permitted: Permit, facts: Facts, parts: int, where: Where, now: int) -> Decision:
    """Whether an SMS of so many parts may go now: caps, and the hours of the recipient's country.

    At a cap the advertiser's setting says what becomes of it. What waits is decided anew at the first moment that caps
    and hours allow together, as things are; after an opening each message has a moment of its own.
    """
    message = facts.message
    hours = _hours(permitted, message, where, now)
    if hours.next is None:
        return Refuse(cast("RefusalReason", hours.rule), hours=hours)
    if message.is_answer:
        return _moment_of_answer(message, hours, parts, now)
    held = facts.ledger.held.get(message.advertiser) if message.message_class == "marketing" else None
    if held:
        return _while_held(held, message, hours, now)
    if never := _never(permitted, facts, where, now):
        return Refuse(never, hours=hours)
    counted = Sent(now, message.advertiser, message.series, message.message_class, message.id, parts)
    pressure = weigh(facts.ledger, _rules(permitted, facts), counted)
    reached = pressure.reached
    if reached is None and hours.allowed:
        return Send(counted, pressure, hours)
    reason: DeferralReason = "outside_hours"
    if reached:
        reason = "fewer_wanted" if reached.rule.level == "wish" else "cap_reached"
        if permitted.advertiser.at_cap == "skip":
            return Refuse(reason, pressure, hours)
    free_at = max(pressure.frees_at or 0, now)
    if pressure.frees_at is None or free_at >= message.expires_at:
        return Refuse("cap_past_expiry", pressure, hours)
    until = _opening(permitted, message, where, free_at)
    if until is None or until >= message.expires_at:
        return Refuse("hours_past_expiry", pressure, hours)
    return Defer(until, reason, pressure, hours)


def _moment_of_answer(message: Message, hours: Hours, parts: int, now: int) -> Decision:
    """No cap counts or stops what a person has asked for; what nobody waits for keeps to the hours."""
    counted = Sent(now, message.advertiser, message.journey, answer_rules.COUNTED_AS, message.id, parts)
    if hours.allowed:
        return Send(counted, Pressure(), hours)
    if hours.next is None or hours.next >= message.expires_at:
        return Refuse("hours_past_expiry", hours=hours)
    return Defer(hours.next, "outside_hours", Pressure(), hours)


def _while_held(held: Held, message: Message, hours: Hours, now: int) -> Defer | Refuse:
    """Nobody has read yet what the person wrote: it waits as long as it makes sense."""
    until = now + HELD_LOOKED_AT
    if until >= message.expires_at:
        return Refuse("reply_past_expiry", hours=hours, held=held)
    return Defer(until, "reply_open", Pressure(), hours, held)


def _never(permitted: Permit, facts: Facts, where: Where, now: int) -> RefusalReason | None:
    """What no waiting helps: a country that asks for a second yes before an SMS about a cart, and a full ledger."""
    carts = where.profile.carts if facts.message.journey == "cart" else None
    if carts and carts.double_opt_in and not (permitted.consent and permitted.consent.confirmed):
        return "no_double_opt_in"
    return "ledger_full" if facts.ledger.is_full(now) else None


def held_back(hold: Hold, decision: Send, expires_at: int) -> Defer | Refuse:
    """What becomes of an SMS that might go but for the gate."""
    past: RefusalReason = "budget_past_expiry" if hold.reason == "budget_spent" else "provider_past_expiry"
    if hold.reason == "price_unknown":
        return Refuse(hold.reason, decision.pressure, decision.hours)
    if hold.until is None or hold.until >= expires_at:
        return Refuse(past, decision.pressure, decision.hours)
    return Defer(hold.until, hold.reason, decision.pressure, decision.hours)


def _hours(permitted: Permit, message: Message, where: Where, at: int) -> Hours:
    if message.is_answer:
        return check_hours(where.place, answer_rules.hours_class(message), at, profile=where.profile)
    own = own_hours(permitted.advertiser.hours, message.message_class)
    return check_hours(where.place, message.message_class, at, own, profile=where.profile)


def _opening(permitted: Permit, message: Message, where: Where, at: int) -> int | None:
    """The first allowed moment from `at` on; where that is an opening, the message's own in the time after it."""
    opens = _hours(permitted, message, where, at).next
    if opens is None or opens == at:
        return opens
    own = spread(opens, message.id, permitted.advertiser.hours.spread_ms)
    return own if own < message.expires_at and _hours(permitted, message, where, own).allowed else opens


def _rules(permitted: Permit, facts: Facts) -> Iterable[CapRule]:
    """The person's own wish comes first: where it is reached, it is the reason that is told."""
    yield from wishes.caps(facts.ledger, facts.message.advertiser)
    yield from permitted.advertiser.caps
    yield from facts.operator_caps
