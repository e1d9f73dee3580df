"""Follows each visitor's trail: an accepted event, in order, becomes a tie, a cart, and a message that is meant.

Every step may be repeated: the stream delivers an event at least once. Counting comes last, with a mark on the event
in the same transaction, so an event that was followed by half is followed again and counted once.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from chalicelib.audience.orders import EVIDENCE as ORDER
from chalicelib.audience.orders import Orders
from chalicelib.audience.ties import Ties
from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.ids import new_id
from chalicelib.journeys import cart as cart_journey
from chalicelib.journeys.cart import Cancel, Enrol, Postpone
from chalicelib.links.conversions import FOLLOWED, Conversions
from chalicelib.logs import log
from chalicelib.messaging import states
from chalicelib.storage.advertisers import Advertisers, CartJourney, Site
from chalicelib.storage.carts import Cart
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolment, Enrolments, NotEnrolled
from chalicelib.storage.events import RETENTION, Event, Events
from chalicelib.storage.messages import WAITING, Message, Messages, Step, move
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.visitors import Tie, Visitor, Visitors
from chalicelib.tracking import carts
from chalicelib.tracking.admission import admit
from chalicelib.tracking.names import SERVER_ONLY
from chalicelib.tracking.sensitive import LEFT_OUT, comparable, discreet, says_nothing

_ROUNDS = 4


class Trail:
    """What happens to an event after it was accepted."""

    def __init__(
        self,
        *,
        advertisers: Advertisers,
        events: Events,
        visitors: Visitors,
        ties: Ties,
        orders: Orders,
        clicks: ClickLog,
        enrolments: Enrolments,
        messages: Messages,
        conversions: Conversions,
        clock: Clock,
    ) -> None:
        self._advertisers = advertisers
        self._events = events
        self._visitors = visitors
        self._ties = ties
        self._orders = orders
        self._clicks = clicks
        self._enrolments = enrolments
        self._messages = messages
        self._conversions = conversions
        self._clock = clock

    def follow(self, event: Event) -> None:
        """Draw all consequences of one event."""
        site = self._advertisers.site(event.site)
        drop = admit(site, event.via, event.origin, event.name in SERVER_ONLY)
        if site is None or drop:
            self._count(event, f"drop.{drop}")
            return
        event = self._discreet(event, site)
        if says_nothing(event):
            self._count(event, "drop.sensitive_category")
            return
        before, visitor = self._see(event, site)
        names = ["event.dwell" if "dwell_ms" in event.params else f"event.{event.name}"]
        if LEFT_OUT in event.params:
            names.append("item.sensitive_category")
        if event.identifiers:
            names.append(f"unmatched.{visitor.unmatched}" if visitor.unmatched else "matched")
        elif event.click:
            names += [f"click_refused.{reason}" for reason in visitor.refusals if reason not in before.refusals]
        tie = None if _overtaken(visitor, event) else _acting(visitor, site, event)
        if tie and event.network:
            self._ties.lend(tie, event.network, event.received)
        holder = self._orders.holder(event, site) or tie
        if holder and self._advance(visitor, holder, event, site) == "browser_enrolled_another":
            names.append("not_enrolled.browser_enrolled_another")
        if event.name in FOLLOWED:
            doubt = visitor.unmatched if event.identifiers else None
            if refused := self._conversions.follow(event, site.advertiser, tie, doubt):
                names.append(f"{event.name}.{refused}")
        self._count(event, *names)

    def _discreet(self, event: Event, site: Site) -> Event:
        """The event without what the site has marked as sensitive. A pixel was stored before anybody looked."""
        kept = discreet(event, {comparable(category) for category in site.sensitive})
        if kept != event:
            self._events.clear(kept)
        return kept

    def _see(self, event: Event, site: Site) -> tuple[Visitor, Visitor]:
        """The visitor before and after an event, stored. A click's consumer may tie the same browser meanwhile."""
        for _ in range(_ROUNDS):
            before = self._visitors.get(event.site, event.visitor)
            visitor = self._recognise(before, event, site)
            stored = visitor.tie != before.tie
            known = visitor if stored else before
            if not _overtaken(visitor, event):
                visitor = replace(visitor, browsing=carts.follow(visitor.browsing, event))
            same = (visitor.unmatched, visitor.refusals) == (known.unmatched, before.refusals)
            if same and not carts.worth_keeping(visitor.browsing, known.browsing):
                return before, visitor
            if self._visitors.save(visitor, event.received):
                return before, visitor
        raise StorageUnavailable("others were faster each time")

    def _recognise(self, visitor: Visitor, event: Event, site: Site) -> Visitor:
        # Who the page says it is outweighs the link that brought the browser: a link can be passed on.
        named = bool(event.identifiers)
        if event.click:
            self._clicks.shown(visitor.site, visitor.id, event.click, event.received)
            shown = self._clicks.browser_showed(event.click, f"{visitor.site}#{visitor.id}", event.received)
            visitor = self._ties.by_click(visitor, shown, site, event.received, named=named)
        if named:
            return self._ties.by_identifiers(visitor, event, site)
        if event.network and not event.click:
            return self._ties.by_network(visitor, event.network, site, event.received)
        return visitor

    def _advance(self, visitor: Visitor, tie: Tie, event: Event, site: Site) -> NotEnrolled | None:
        advertiser = self._advertisers.get(site.advertiser)
        if advertiser is None:
            return None
        enrolment = self._enrolments.get(tie.base, tie.person, cart_journey.JOURNEY, site.id)
        message = self._messages.get(enrolment.message) if enrolment else None
        match cart_journey.decide(visitor.cart, event, enrolment, message, advertiser.cart):
            case Enrol(cart, due_at):
                return self._enrol(visitor, tie, site, enrolment, cart, due_at, advertiser.cart)
            case Postpone(waiting, cart, due_at):
                expires_at = due_at + advertiser.cart.expires_ms
                self._messages.reschedule(
                    waiting, WAITING, due_at=due_at, expires_at=expires_at, visitor=visitor, cart=cart
                )
            case Cancel(waiting, reason):
                self._cancel(waiting, reason)
        return None

    def _enrol(
        self,
        visitor: Visitor,
        tie: Tie,
        site: Site,
        previous: Enrolment | None,
        cart: Cart,
        due_at: int,
        settings: CartJourney,
    ) -> NotEnrolled | None:
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
            cart=cart.contents,
            cart_at=cart.started_at,
            cart_changed_at=cart.changed_at,
            created_at=now,
            expires_at=due_at + settings.expires_ms,
            due_at=due_at,
            evidence=asdict(tie),
            history=(Step("scheduled", now),),
        )
        enrolment = Enrolment(tie.base, tie.person, cart_journey.JOURNEY, site.id, message.id, now)
        unsigned = visitor.id if tie.strength == "weak" else None
        refusal = self._enrolments.begin(enrolment, previous, message, unsigned)
        if refusal is None:
            log("enrolled", message=message.id, advertiser=site.advertiser, journey=cart_journey.JOURNEY)
        return refusal

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


def _overtaken(visitor: Visitor, event: Event) -> bool:
    """Whether an event comes again after the browser was tied anew: it may be of whom was before it then."""
    return visitor.tie is not None and event.received < visitor.tie.at


def _acting(visitor: Visitor, site: Site, event: Event) -> Tie | None:
    """The tie in whose person's name something may be done, as the site's settings are now.

    What only the service's own cookie said holds while that cookie is agreed to.
    """
    tie = visitor.tie
    if tie is None or tie.evidence == ORDER or visitor.unmatched or (site.demand_strong and tie.strength == "weak"):
        return None
    if tie.evidence == "network" and not event.network and event.via != "server":
        return None
    return tie if event.received - tie.at < RETENTION else None
