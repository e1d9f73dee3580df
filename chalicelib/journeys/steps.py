"""Runs an enrolment's step that is due: it becomes a message, waits, or is passed over, and the next one is planned.

The message and the enrolment's move are one transaction, and the message's id follows from the step: whatever is
delivered twice or dies on the way, a step makes one message. The message then goes the way of all
(messaging/dispatch.py), and its claim looks once more whether the contact is still in the journey.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.audience.conditions import Fact
from chalicelib.audience.profile import open_profile
from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import RelanceError
from chalicelib.journeys.asking import StepFacts
from chalicelib.journeys.best_hour import in_own_hour
from chalicelib.journeys.book import JourneyBook, Known
from chalicelib.journeys.experiments import Experiments
from chalicelib.journeys.landing import landing
from chalicelib.journeys.making import message_id, step_message
from chalicelib.journeys.offers import Offers
from chalicelib.journeys.ordering import Ordering
from chalicelib.journeys.pausing import paused_until
from chalicelib.journeys.stepping import End, Go, PassOver, Wait, moved_on, outcome, planned
from chalicelib.links.targets import Rules
from chalicelib.logs import log
from chalicelib.messaging.hours import leave_at
from chalicelib.messaging.own_hours import own_hours
from chalicelib.messaging.profile import CountryProfile
from chalicelib.messaging.recipients import Place, place_of_contact
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage import cohorts, keys, messages
from chalicelib.storage import enrolments as stored
from chalicelib.storage.advertisers import Advertiser, Advertisers
from chalicelib.storage.carts import Browsing
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolment, Enrolments, Ran
from chalicelib.storage.messages import Message
from chalicelib.storage.occasions import Occasions
from chalicelib.storage.table import TransactionRefused, Write
from chalicelib.storage.threads import Threads
from chalicelib.storage.visitors import Visitor, Visitors
from chalicelib.tracking.sensitive import is_sensitive
from chalicelib.vault import Vault

_ATTEMPTS = 6


class Contended(RelanceError):
    """Others kept changing the enrolment: try again later."""


@dataclass(frozen=True, slots=True)
class _At:
    """What a step is decided from."""

    journey: Known
    enrolment: Enrolment
    advertiser: Advertiser
    contact: Contact
    place: Place
    visitor: Visitor | None


class Steps:
    """The journeys' part of the send queue's work."""

    def __init__(
        self,
        *,
        book: JourneyBook,
        enrolments: Enrolments,
        advertisers: Advertisers,
        contacts: Contacts,
        visitors: Visitors,
        facts: StepFacts,
        experiments: Experiments,
        ordering: Ordering,
        threads: Threads,
        offers: Offers,
        rules: Rules,
        countries: CountryBook,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._book = book
        self._enrolments = enrolments
        self._advertisers = advertisers
        self._contacts = contacts
        self._visitors = visitors
        self._step_facts = facts
        self._experiments = experiments
        self._ordering = ordering
        self._threads = threads
        self._offers = offers
        self._rules = rules
        self._countries = countries
        self._vault = vault
        self._clock = clock

    def run(self, key: keys.Key, version: int) -> Message | str:
        """Run the step that an enrolment waits for, if it still is at this version.

        Answers the message that is to be sent now, or what became of the step. Raises Contended or StorageUnavailable
        to be called again.
        """
        for _ in range(_ATTEMPTS):
            enrolment = self._enrolments.get(key)
            if enrolment is None or enrolment.version != version or enrolment.due_at is None:
                return "stale"
            try:
                return self._run(enrolment)
            except TransactionRefused:
                continue  # The enrolment moved on: it is read anew, and found to be at another version.
        raise Contended("enrolment")

    def _run(self, enrolment: Enrolment) -> Message | str:
        now = self._clock.now()
        enrolment = self._ordering.completed(enrolment)
        at = self._facts_of(enrolment)
        if isinstance(at, str):
            return self._end(enrolment, End(at), now)
        step = at.journey.document.steps[enrolment.step]
        due = max(enrolment.planned_at, planned(step, enrolment, at.place.zones))
        # A time of day: whose, was not known when it was planned.
        enrolment = replace(enrolment, planned_at=due)
        at = replace(at, enrolment=enrolment)
        if (due := max(due, self._persons_hour(at))) > now:
            return self._wait(enrolment, due)
        if until := self._paused(at, now):
            return self._pause(at, until, now)
        opening = self._opening(at, now)
        facts = self._facts(at, now) if opening == now else {}
        sent = self._enrolments.sent(enrolment, step.id) if step.at_most else Occasions()
        rule = profile.carts if (profile := self._profile(at)) else None
        match outcome(at.journey.document, enrolment, facts, opening, now, sent=sent, rule=rule):
            case End() as end:
                return self._end(enrolment, end, now)
            case Wait(until):
                return self._wait(enrolment, until)
            case PassOver(reason):
                return self._pass_over(at, Ran(step.id, now, reason), now)
            case Go() if enrolment.held_out:
                return self._pass_over(at, Ran(step.id, now, "held_out"), now)
            case Go() as go:
                about = self._offers.offering(enrolment) if step.offers else enrolment
                if about is None:
                    return self._pass_over(at, Ran(step.id, now, "nothing_to_offer"), now)
                return self._go(replace(at, enrolment=about), go, sent, now)

    def _facts_of(self, enrolment: Enrolment) -> _At | str:
        """Everything but the conditions' facts, or why the journey is over."""
        advertiser = self._advertisers.get(enrolment.advertiser)
        journey = self._book.followed(advertiser, enrolment.journey, enrolment.definition) if advertiser else None
        if advertiser is None or journey is None or enrolment.step >= len(journey.document.steps):
            return "journey_stopped"
        contact = self._contacts.get(enrolment.base, enrolment.person)
        if contact is None:
            return "unknown_contact"
        place = place_of_contact(open_profile(self._vault, contact).phone, contact.fields)
        if place.country not in journey.document.countries:
            return "country_not_meant"
        about = journey.document.trigger.about
        visitor = None
        if about in ("cart", "product") and enrolment.visitor:
            visitor = self._visitors.get(enrolment.site, enrolment.visitor)
            if (visitor.cart if about == "cart" else visitor.browsing.viewed) is None:
                return "no_longer"
            if self._is_sensitive(visitor.browsing, about, enrolment.site):
                return "sensitive"
        return _At(journey, enrolment, advertiser, contact, place, visitor)

    def _is_sensitive(self, browsing: Browsing, about: str, site_id: str) -> bool:
        """Whether it names a category that was marked as sensitive since it was kept."""
        site = self._advertisers.site(site_id)
        things = browsing.cart.lines if about == "cart" and browsing.cart else [browsing.viewed]
        return site is not None and any(thing and is_sensitive(thing.category, site.sensitive) for thing in things)

    def _facts(self, at: _At, now: int) -> dict[str, Fact]:
        browsing = at.visitor.browsing if at.visitor else None
        return self._step_facts.of(
            at.advertiser, at.journey.document, at.enrolment, browsing, at.contact, at.place, now
        )

    def _persons_hour(self, at: _At) -> int:
        """When the step is due in the hour in which the person tends to open links, if it may be sent then."""
        step, due = at.journey.document.steps[at.enrolment.step], at.enrolment.planned_at
        if not step.wait.best_hour or not at.place.zones:
            return due
        clicks = self._step_facts.history.clicked_at(at.contact, at.enrolment.advertiser)
        ends = due + round(step.expires * MINUTE)
        return in_own_hour(clicks, due, ends, at.place.zones[0], lambda moment: self._opening(at, moment))

    def _opening(self, at: _At, now: int) -> int | None:
        message_class = at.journey.document.message_class
        hours = at.advertiser.hours
        own, name = own_hours(hours, message_class), message_id(self._vault, at.journey, at.enrolment)
        return leave_at(at.place, message_class, now, own, name, hours.spread_ms, profile=self._profile(at))

    def _profile(self, at: _At) -> CountryProfile | None:
        return None if at.place.problem else self._countries.profile(at.place.country)

    def _go(self, at: _At, go: Go, sent: Occasions, now: int) -> Message:
        step = at.journey.document.steps[at.enrolment.step]
        cart, site = at.visitor.cart if at.visitor else None, self._advertisers.site(at.enrolment.site)
        link = landing(at.enrolment, site, self._rules)
        message = step_message(self._vault, at.journey, at.enrolment, go, cart, now, link)
        ran = Ran(step.id, now, "sent", message.id, go.variant)
        after = moved_on(at.journey.document, at.enrolment, ran, at.place.zones)
        names = [f"journey.{at.journey.id}.{step.id}.made"]
        writes: list[Write] = [messages.create(message), messages.reference(message), cohorts.made(message)]
        if step.at_most:  # Counted when it is made: one that is refused later is not made up for.
            writes.append(stored.sent_once_more(at.enrolment, step.id, sent, now, step.within_days))
        writes += self._experiments.joined(at.journey, at.enrolment, ran)
        self._commit(at.enrolment, after, names, now, *writes)
        log("step", message=message.id, advertiser=message.advertiser, journey=at.journey.id, step=step.id)
        return message

    def _pass_over(self, at: _At, ran: Ran, now: int) -> str:
        after = moved_on(at.journey.document, at.enrolment, ran, at.place.zones)
        names = [f"journey.{at.journey.id}.{ran.step}.{ran.outcome}"]
        self._commit(at.enrolment, after, names, now, *self._experiments.joined(at.journey, at.enrolment, ran))
        return ran.outcome

    def _paused(self, at: _At, now: int) -> int | None:
        if not at.journey.document.pauses:
            return None
        thread = self._threads.get(at.enrolment.advertiser, at.enrolment.person)
        return paused_until(at.journey.document, thread, now)

    def _pause(self, at: _At, until: int, now: int) -> str:
        step = at.journey.document.steps[at.enrolment.step]
        paused = replace(at.enrolment, paused_until=until)
        due = planned(step, paused, at.place.zones)
        names = [f"journey.{at.journey.id}.{step.id}.paused"]
        self._commit(at.enrolment, replace(paused, planned_at=due, due_at=due), names, now)
        return "paused"

    def _wait(self, enrolment: Enrolment, until: int) -> str:
        self._enrolments.commit([stored.save(replace(enrolment, due_at=until), enrolment)])
        return "waits"

    def _end(self, enrolment: Enrolment, end: End, now: int) -> str:
        after = replace(enrolment, state="done", reason=end.reason, due_at=None)
        self._commit(enrolment, after, [f"journey.{enrolment.journey}.ended.{end.reason}"], now)
        return end.reason

    def _commit(self, known: Enrolment, after: Enrolment, names: list[str], now: int, *others: Write) -> None:
        counted = count(known.advertiser, known.person, now, *names)
        self._enrolments.commit([*stored.changed(after, known), *others, counted])
