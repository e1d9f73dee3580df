"""Rehearses a journey: the last thirty days' events as if they came from a chosen start on, against today's base.

Who would get what when is asked of the engine's own deciders and of the dispatch's. Nothing is sent, and nothing taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from chalicelib.audience.conditions import Fact
from chalicelib.audience.profile import identifiers_of, open_profile
from chalicelib.clock import DAY, Clock
from chalicelib.journeys.asking import StepFacts
from chalicelib.journeys.book import Known
from chalicelib.journeys.enrolling import Who
from chalicelib.journeys.making import message_id, step_message
from chalicelib.journeys.offers import Offers
from chalicelib.journeys.replay import Asked, Due, Replay
from chalicelib.messaging.foresight import Foresight, PriceOf
from chalicelib.messaging.hours import leave_at
from chalicelib.messaging.own_hours import own_hours
from chalicelib.messaging.recipients import Place, place_of_contact
from chalicelib.messaging.rehearsal import Tally
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.broadcasts import Foreseen
from chalicelib.storage.carts import Browsing
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event, Events
from chalicelib.storage.keys import ROSTER_SHARDS
from chalicelib.storage.messages import Message
from chalicelib.storage.rosters import Rosters
from chalicelib.storage.visitors import Visitors
from chalicelib.vault import Vault

WINDOW = 30 * DAY
AT_ONCE = 200
"""How many contacts are looked at within one request."""
_LONGEST = 366 * DAY
"""How long after the last event a step may be due: as long as any may wait."""
_MOST_ROWS = 500
_PAGE = 100


@dataclass(slots=True)
class _Found:
    """What came out so far."""

    tally: Tally = field(default_factory=Tally)
    counted: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    looked_at: int = 0

    def add(self, messages: list[Message], foreseen: list[Foreseen]) -> None:
        self.tally.add(foreseen)
        for message, one in zip(messages, foreseen, strict=True):
            if len(self.rows) < _MOST_ROWS:
                named = {"person": message.person, "step": message.step, "variant": message.variant}
                self.rows.append(named | asdict(one))


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
        self._foresight = foresight
        self._price = price
        self._vault = vault
        self._clock = clock

    def rehearse(
        self, advertiser: Advertiser, journey: Known, start: int | None = None, most: int | None = AT_ONCE
    ) -> dict[str, Any]:
        """What would become of the contacts of the advertiser's own base, everybody where `most` is None.

        Times in epoch ms, money in micro-units. Raises StorageUnavailable.
        """
        now = self._clock.now()
        start = max(now, start or now)
        foresight, found = self._foresight(advertiser), _Found()
        for contact in islice(self._base(advertiser.id), most):
            self._look_at(advertiser, journey, contact, start, foresight, found)
        size = max(found.looked_at, self._sizes.get(advertiser.id))
        return {
            "journey": journey.id,
            "version": journey.version,
            "start_at": start,
            "days": WINDOW // DAY,
            "contacts": size,
            "contacts_looked_at": found.looked_at,
            "became": dict(found.counted.most_common()),
            "messages": found.tally.told(found.tally.looked_at, self._price),
            "rows": found.rows,
        }

    def _base(self, base: str) -> Iterator[Contact]:
        for shard in range(ROSTER_SHARDS):
            after = ""
            while people := self._rosters.page(base, shard, after, _PAGE):
                yield from self._contacts.get_all(base, people).values()
                after = people[-1]

    def _look_at(
        self, advertiser: Advertiser, journey: Known, contact: Contact, start: int, foresight: Foresight, found: _Found
    ) -> None:
        found.looked_at += 1
        profile = open_profile(self._vault, contact)
        place = place_of_contact(profile.phone, contact.fields)
        moved = start - (self._clock.now() - WINDOW)
        events = list(self._events_of(contact, identifiers_of(self._vault, profile), moved, start))
        if not events or place.country not in journey.document.countries:
            return
        who = Who(contact.base, contact.person, advertiser.id, "", None, {})
        replay = Replay(journey, who, self._asked(advertiser, journey, contact, place))
        messages = [self._message(journey, due) for due in replay.of(events, start + WINDOW + _LONGEST)]
        found.counted += replay.counted
        found.add(messages, [foreseen for message in messages for foreseen in foresight.of([message])])

    def _events_of(self, contact: Contact, identifiers: set[str], moved: int, start: int) -> Iterator[Event]:
        """What the contact's browsers did and its shop told, moved so that thirty days ago is the start."""
        browsers = self._visitors.browsers_of(contact.base, contact.person)
        told = {(site, identifier[:40]) for site, _ in browsers for identifier in identifiers}
        for site, visitor in {*browsers, *told}:
            for event in self._events.trail(site, visitor):
                if event.received + moved >= start:
                    yield replace(event, time=event.time + moved, received=event.received + moved)

    def _asked(self, advertiser: Advertiser, journey: Known, contact: Contact, place: Place) -> Asked:
        def facts(enrolment: Enrolment, browsing: Browsing | None, at: int) -> dict[str, Fact]:
            return self._step_facts.of(advertiser, journey.document, enrolment, browsing, contact, place, at)

        profile = None if place.problem else self._countries.profile(place.country)

        def opening(enrolment: Enrolment, at: int) -> int | None:
            message_class, hours = journey.document.message_class, advertiser.hours
            own, name = own_hours(hours, message_class), message_id(self._vault, journey, enrolment)
            return leave_at(place, message_class, at, own, name, hours.spread_ms, profile=profile)

        def clicked() -> list[int]:
            return self._step_facts.history.clicked_at(contact, advertiser.id)

        rule = profile.carts if profile else None
        return Asked(facts, opening, place.zones, clicked, self._offers.offering, rule)

    def _message(self, journey: Known, due: Due) -> Message:
        message = step_message(self._vault, journey, due.enrolment, due.go, due.cart, due.at)
        return replace(message, due_at=due.at)
