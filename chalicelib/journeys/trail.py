"""Follows each visitor's trail: an accepted event, in order, becomes a tie, a cart, and a message that is meant.

Every step may be repeated: the stream delivers an event at least once. Counting comes last, with a mark on the event
in the same transaction, so an event that was followed by half is followed again and counted once.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from chalicelib.audience.ties import Ties
from chalicelib.clock import Clock
from chalicelib.ids import new_id
from chalicelib.journeys import cart as cart_journey
from chalicelib.journeys.cart import Cancel, Enrol, Postpone
from chalicelib.logs import log
from chalicelib.messaging import states
from chalicelib.storage.advertisers import Advertisers, CartJourney, Site
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolment, Enrolments
from chalicelib.storage.events import Event, Events
from chalicelib.storage.links import Links
from chalicelib.storage.messages import WAITING, Message, Messages, Step, move
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.visitors import Cart, Tie, Visitor, Visitors
from chalicelib.tracking.admission import admit
from chalicelib.tracking.names import SERVER_ONLY


class Trail:
    """What happens to an event after it was accepted."""

    def __init__(
        self,
        *,
        advertisers: Advertisers,
        events: Events,
        visitors: Visitors,
        ties: Ties,
        links: Links,
        enrolments: Enrolments,
        messages: Messages,
        clock: Clock,
    ) -> None:
        self._advertisers = advertisers
        self._events = events
        self._visitors = visitors
        self._ties = ties
        self._links = links
        self._enrolments = enrolments
        self._messages = messages
        self._clock = clock

    def follow(self, event: Event) -> None:
        """Draw all consequences of one event."""
        site = self._advertisers.site(event.site)
        drop = admit(site, event.via, event.origin, event.name in SERVER_ONLY)
        if site is None or drop:
            self._count(event, f"drop.{drop}")
            return
        before = self._visitors.get(event.site, event.visitor)
        visitor = self._recognise(before, event, site)
        cart = None if _changed_hands(before.tie, visitor.tie) else visitor.cart
        visitor = replace(visitor, cart=cart_journey.follow(cart, event))
        if (visitor.cart, visitor.unmatched) != (before.cart, before.unmatched):
            self._visitors.save(visitor, event.received)
        if visitor.tie and not visitor.unmatched:
            self._advance(visitor, visitor.tie, event, site)
        names = [f"event.{event.name}"]
        if event.identifiers:
            names.append(f"unmatched.{visitor.unmatched}" if visitor.unmatched else "matched")
        self._count(event, *names)

    def _recognise(self, visitor: Visitor, event: Event, site: Site) -> Visitor:
        if event.click:
            shown = self._links.browser_showed(event.click, f"{visitor.site}#{visitor.id}", event.received)
            visitor = self._ties.by_click(visitor, shown, site, event.received)
        if event.identifiers:
            visitor = self._ties.by_identifiers(visitor, event, site.advertiser)
        return visitor

    def _advance(self, visitor: Visitor, tie: Tie, event: Event, site: Site) -> None:
        advertiser = self._advertisers.get(site.advertiser)
        if advertiser is None:
            return
        enrolment = self._enrolments.get(tie.base, tie.person, cart_journey.JOURNEY, site.id)
        message = self._messages.get(enrolment.message) if enrolment else None
        match cart_journey.decide(visitor.cart, event, enrolment, message, advertiser.cart):
            case Enrol(cart, due_at):
                self._enrol(visitor, tie, site, enrolment, cart, due_at, advertiser.cart)
            case Postpone(waiting, cart, due_at):
                expires_at = due_at + advertiser.cart.expires_ms
                self._messages.reschedule(
                    waiting, WAITING, due_at=due_at, expires_at=expires_at, visitor=visitor, cart=cart
                )
            case Cancel(waiting, reason):
                self._cancel(waiting, reason)

    def _enrol(
        self,
        visitor: Visitor,
        tie: Tie,
        site: Site,
        previous: Enrolment | None,
        cart: Cart,
        due_at: int,
        settings: CartJourney,
    ) -> None:
        now = self._clock.now()
        message = Message(
            id=new_id("msg", now),
            state="scheduled",
            version=1,
            message_class="marketing",
            advertiser=site.advertiser,
            site=site.id,
            journey=cart_journey.JOURNEY,
            base=tie.base,
            person=tie.person,
            visitor=visitor.id,
            product=cart.product,
            cart_at=cart.started_at,
            cart_changed_at=cart.changed_at,
            created_at=now,
            expires_at=due_at + settings.expires_ms,
            due_at=due_at,
            evidence=asdict(tie),
            history=(Step("scheduled", now),),
        )
        enrolment = Enrolment(tie.base, tie.person, cart_journey.JOURNEY, site.id, message.id, now)
        if self._enrolments.begin(enrolment, previous, message):
            log("enrolled", message=message.id, advertiser=site.advertiser, journey=cart_journey.JOURNEY)

    def _cancel(self, message: Message, reason: str) -> None:
        now = self._clock.now()
        step = Step("cancelled", now, reason)
        cancelled = move(message.id, states.sources("cancelled"), step)
        counted = count(message.advertiser, message.id, now, f"message.cancelled.{reason}")
        try:
            self._messages.commit([cancelled, counted])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            log("cancel_came_too_late", message=message.id)

    def _count(self, event: Event, *names: str) -> None:
        self._events.count_once(event, count(event.site, event.id, event.received, *names))


def _changed_hands(before: Tie | None, now: Tie | None) -> bool:
    """Whether the browser is no longer its last person's, whose cart is then nobody's business."""
    return before is not None and (now is None or now.person != before.person)
