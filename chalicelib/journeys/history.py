"""What a contact has done before and which segments it is in, for conditions that ask."""

from __future__ import annotations

from collections.abc import Collection

from chalicelib.audience.conditions import Fact
from chalicelib.clock import DAY
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.contacts import Contact
from chalicelib.storage.conversions import ConversionLog
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.segments import Members

_A_HABIT = 2
"""So many purchases, all at a discount, make somebody who buys in promotion only (mission.md, J10)."""


class History:
    """Reads it, for who is asked about only."""

    def __init__(self, conversions: ConversionLog, clicks: ClickLog, members: Members) -> None:
        self._conversions = conversions
        self._clicks = clicks
        self._members = members

    def facts(self, groups: Collection[str], contact: Contact, enrolment: Enrolment, now: int) -> dict[str, Fact]:
        """Of the groups that are asked for, those that have to be looked up."""
        facts = self._done(contact, enrolment, now) if "history" in groups else {}
        if "segments" in groups:
            facts["segments.in"] = tuple(sorted(self._members.of_contact(contact.base, contact.person)))
        return facts

    def _done(self, contact: Contact, enrolment: Enrolment, now: int) -> dict[str, Fact]:
        """Facts of purchases that are known of, and of clicks since the journey began."""
        advertiser = enrolment.advertiser
        purchases = [
            found
            for found in self._conversions.of_contact(contact.base, contact.person)
            if found.purchase and found.advertiser == advertiser
        ]
        bought = [found.purchase.at for found in purchases if found.purchase]
        clicked = any(
            click.at >= enrolment.entered_at and click.click_class == "person" and click.advertiser == advertiser
            for click in self._clicks.of_contact(contact.base, contact.person, now)
        )
        return {
            "history.purchases": len(bought),
            "history.days_since_purchase": (now - max(bought)) / DAY if bought else None,
            "history.promo_only": len(purchases) >= _A_HABIT and all(found.discounted for found in purchases),
            "history.clicked": clicked,
        }

    def clicked_at(self, contact: Contact, advertiser: str) -> list[int]:
        """When a contact opened the advertiser's links, as far back as clicks are kept."""
        clicks = self._clicks.of_contact(contact.base, contact.person, 0)
        return [click.at for click in clicks if click.click_class == "person" and click.advertiser == advertiser]
