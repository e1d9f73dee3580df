"""Rehearses a journey: the last thirty days' events as if they came from a chosen start on, against today's base.

Who would get what when is asked of the engine's own deciders and of the dispatch's. Nothing is sent, and nothing taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.audience.conditions import Fact
from chalicelib.audience.profile import identifiers_of, open_profile
from chalicelib.clock import DAY, Clock
from chalicelib.journeys.asking import StepFacts
from chalicelib.journeys.book import Known
from chalicelib.journeys.enrolling import Who
from chalicelib.journeys.making import message_id, step_message
from chalicelib.journeys.offers import Offers
from chalicelib.journeys.outlook import Outlook
from chalicelib.journeys.replay import Asked, Due, Replay
from chalicelib.messaging.foresight import Foresight, PriceOf
from chalicelib.messaging.hours import leave_at
from chalicelib.messaging.own_hours import own_hours
from chalicelib.messaging.recipients import Place, place_of_contact
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.carts import Browsing
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event, Events
from chalicelib.storage.keys import ROSTER_SHARDS
from chalicelib.storage.messages import Message
from chalicelib.storage.rosters import Rosters
from chalicelib.storage.visitors import Visitors
from chalicelib.vault import Vault

if TYPE_CHECKING:
    from chalicelib.journeys.rehearsal_shapes import JourneyForeseen

WINDOW = 30 * DAY
AT_ONCE = 200
"""How many contacts are looked at within one request."""
_LONGEST = 366 * DAY
"""How long after the last event a step may be due: as long as any may wait."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The thirty days up to a moment (epoch ms), as if they came again from a start on."""

    until: int
    start: int

    @property
    def moved(self) -> int:
        """By how much each event is later."""
        return self.start - (self.until - WINDOW)


class JourneyRehearser:
    """Looks ahead."""

    def __init__(
        self,
        *,
        rosters: Rosters,
        sizes: BaseSizes,
        contacts: Contacts,
        visitors: Visitors,
        events: Events,
        facts: StepFacts,
        offers: Offers,
        countries: CountryBook,
        foresight: Callable[[Advertiser], Foresight],
        price: PriceOf,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._rosters = rosters
        self._sizes = sizes
        self._contacts = contacts
        self._visitors = visitors
        self._events = events
        self._step_facts = facts
        self._offers = offers
        self._countries = countries
        self.foresight = foresight
        self._price = price
        self._vault = vault
        self._clock = clock

    def rehearse(
        self, advertiser: Advertiser, journey: Known, start: int | None = None, most: int | None = AT_ONCE
    ) -> JourneyForeseen:
        """What would become of the contacts of the advertiser's own base, everybody where `most` is None.

        Times in epoch ms, money in micro-units. Raises StorageUnavailable.
        """
        now = self._clock.now()
        window, outlook = Window(now, max(now, start or now)), Outlook()
        self.look(advertiser, journey, window, outlook, most=most)
        return self.told(advertiser, journey, window, outlook)

    def look(
        self,
        advertiser: Advertiser,
        journey: Known,
        window: Window,
        outlook: Outlook,
        *,
        most: int | None = None,
        foresight: Foresight | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Go on behind whom the outlook has come to. Whether that was everybody.

        False where `most` were looked at, or `enough`, asked behind each page, said so. Who goes on later hands in the
        same foresight, for what it has foreseen counts.
        """
        foresight = foresight or self.foresight(advertiser)
        while outlook.shard < ROSTER_SHARDS:
            left = _PAGE if most is None else most - outlook.looked_at
            people = self._rosters.page(advertiser.id, outlook.shard, outlook.after, min(_PAGE, left + 1))
            if people and not left:
                return False
            if not people:
                outlook.shard, outlook.after = outlook.shard + 1, ""
                continue
            people = people[:left]
            for contact in self._contacts.get_all(advertiser.id, people).values():
                self._look_at(advertiser, journey, contact, window, foresight, outlook)
            outlook.after = people[-1]
            if enough():
                return False
        return True

    def told(self, advertiser: Advertiser, journey: Known, window: Window, outlook: Outlook) -> JourneyForeseen:
        """What an outlook has come to."""
        return {
            "journey": journey.id,
            "version": journey.version,
            "start_at": window.start,
            "days": WINDOW // DAY,
            "contacts": max(outlook.looked_at, self._sizes.get(advertiser.id)),
            **outlook.told(self._price),
        }

    def _look_at(
        self,
        advertiser: Advertiser,
        journey: Known,
        contact: Contact,
        window: Window,
        foresight: Foresight,
        outlook: Outlook,
    ) -> None:
        outlook.looked_at += 1
        profile = open_profile(self._vault, contact)
        place = place_of_contact(profile.phone, contact.fields)
        events = list(self._events_of(contact, identifiers_of(self._vault, profile), window))
        if not events or place.country not in journey.document.countries:
            return
        who = Who(contact.base, contact.person, advertiser.id, "", None, {})
        replay = Replay(journey, who, self._asked(advertiser, journey, contact, place))
        messages = [self._message(journey, due) for due in replay.of(events, window.start + WINDOW + _LONGEST)]
        outlook.add(replay.counted, messages, [one for message in messages for one in foresight.of([message])])

    def _events_of(self, contact: Contact, identifiers: set[str], window: Window) -> Iterator[Event]:
        """What the contact's browsers did and its shop told, moved so that thirty days ago is the start."""
        browsers, moved = self._visitors.browsers_of(contact.base, contact.person), window.moved
        told = {(site, identifier[:40]) for site, _ in browsers for identifier in identifiers}
        for site, visitor in {*browsers, *told}:
            for event in self._events.trail(site, visitor):
                if window.until - WINDOW <= event.received <= window.until:
                    yield replace(event, time=event.time + moved, received=event.received + moved)

    def _asked(self, advertiser: Advertiser, journey: Known, contact: Contact, place: Place) -> Asked:
        def facts(enrolment: Enrolment, browsing: Browsing | None, at: int) -> dict[str, Fact]:
            return self._step_facts.of(advertiser, journey.document, enrolment, browsing, contact, place, at)

        profile = None if place.problem else self._countries.profile(place.country)

        def opening(enrolment: Enrolment, at: int) -> int | None:
            message_class, hours = journey.document.message_class, advertiser.hours
            own, name = own_hours(hours, message_class), message_id(self._vault, journey, enrolment)
            return leave_at(place, message_class, at, own, name, hours.spread_ms, profile=profile)

        @cache
        def clicked() -> list[int]:
            return self._step_facts.history.clicked_at(contact, advertiser.id)

        rule = profile.carts if profile else None
        return Asked(facts, opening, place.zones, clicked, self._offers.offering, rule)

    def _message(self, journey: Known, due: Due) -> Message:
        message = step_message(self._vault, journey, due.enrolment, due.go, due.cart, due.at)
        return replace(message, due_at=due.at)
