"""Whether a message may go, decided at the last moment from what is true then. Pure: facts in, a reason out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.consents import consent
from chalicelib.messaging import wishes
from chalicelib.messaging.pressure import Pressure, marketing_pressure
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.contacts import Consent, Contact
from chalicelib.storage.ledgers import Ledger
from chalicelib.storage.messages import Message

RefusalReason = Literal[
    "expired",
    "unknown_site",
    "unknown_contact",
    "no_sms_marketing_consent",
    "no_matching_consent",
    "opposed",
    "number_invalid",
    "purchased",
    "kind_unwanted",
    "fewer_wanted",
    "cap_reached",
    "not_composable",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at."""

    message: Message
    advertiser: Advertiser | None
    site: Site | None
    contact: Contact | None
    ledger: Ledger
    purchased: bool


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now: who is it for, by which consent, under which pressure."""

    contact: Contact
    advertiser: Advertiser
    site: Site
    consent: Consent
    pressure: Pressure


@dataclass(frozen=True, slots=True)
class Refuse:
    """It will not go."""

    reason: RefusalReason
    pressure: Pressure | None = None


Decision = Send | Refuse


def decide(facts: Facts, now: int) -> Decision:
    """Send, or the first reason against it. Whatever is not known counts as a no."""
    message, contact, advertiser = facts.message, facts.contact, facts.advertiser
    if now >= message.expires_at:
        return Refuse("expired")
    if advertiser is None or facts.site is None:
        return Refuse("unknown_site")
    if contact is None:
        return Refuse("unknown_contact")
    marketing = consent(contact, "sms_marketing", message.advertiser)
    if marketing is None:
        return Refuse("no_sms_marketing_consent")
    if consent(contact, "matching", message.advertiser) is None:
        return Refuse("no_matching_consent")
    if facts.ledger.opposition(message.advertiser):
        return Refuse("opposed")
    if contact.unreachable_at:
        return Refuse("number_invalid")
    if facts.purchased:
        return Refuse("purchased")
    pressure = marketing_pressure(facts.ledger, advertiser.cap, now)
    unwanted = wishes.against(facts.ledger, message.advertiser, message.journey, now)
    if unwanted or pressure.reached:
        return Refuse(unwanted or "cap_reached", pressure)
    return Send(contact, advertiser, facts.site, marketing, pressure)
