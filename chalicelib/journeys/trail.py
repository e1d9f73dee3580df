"""Follows each visitor's trail: an accepted event becomes a tie, a cart, and what journeys make of it.

Every step may be repeated: the stream delivers an event at least once. Counting comes last, with a mark on the event
in the same transaction, so an event that was followed by half is followed again and counted once.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.audience.orders import EVIDENCE as ORDER
from chalicelib.audience.orders import Orders
from chalicelib.audience.ties import Ties
from chalicelib.errors import StorageUnavailable
from chalicelib.journeys.enroller import Enroller
from chalicelib.journeys.experiments import Experiments
from chalicelib.journeys.ordering import Ordering
from chalicelib.links.conversions import FOLLOWED, Conversions
from chalicelib.storage.advertisers import Advertisers, Site
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.counters import SERVICE, count, difference
from chalicelib.storage.events import RETENTION, Event, Events
from chalicelib.storage.site_watch import NEWEST, SiteWatch, seen
from chalicelib.storage.table import TransactionRefused, Update
from chalicelib.storage.visitors import Tie, Visitor, Visitors, visited
from chalicelib.tracking import carts
from chalicelib.tracking.admission import Drop, admit
from chalicelib.tracking.names import SERVER_ONLY
from chalicelib.tracking.sensitive import LEFT_OUT, comparable, discreet, says_nothing
from chalicelib.tracking.visits import NOT_ENROLLED, came_to, figures, visit_after

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
        ordering: Ordering,
        enroller: Enroller,
        conversions: Conversions,
        experiments: Experiments,
        watch: SiteWatch,
    ) -> None:
        self._advertisers = advertisers
        self._events = events
        self._visitors = visitors
        self._ties = ties
        self._orders = orders
        self._clicks = clicks
        self._ordering = ordering
        self._enroller = enroller
        self._conversions = conversions
        self._experiments = experiments
        self._watch = watch

    def follow(self, event: Event) -> None:
        """Draw all consequences of one event."""
        site = self._advertisers.site(event.site)
        drop = admit(site, event.via, event.origin, event.name in SERVER_ONLY)
        if site is None or drop:
            self._dropped(event, site.advertiser if site else SERVICE, drop)
            return
        event = self._discreet(event, site)
        if says_nothing(event):
            self._dropped(event, site.advertiser, "sensitive_category")
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
        holder, journeys = self._walk(event, visitor, tie, site)
        names += [name for name in journeys if name.startswith(NOT_ENROLLED)]
        if event.name in FOLLOWED:
            doubt = visitor.unmatched if event.identifiers else None
            if refused := self._conversions.follow(event, site.advertiser, tie, doubt):
                names.append(f"{event.name}.{refused}")
            else:
                self._experiments.bought(event.site, event.params["transaction_id"])
        doubt = visitor.unmatched or ("weak_evidence" if visitor.tie and site.demand_strong else None)
        outcome = came_to(matched=tie is not None, doubt=doubt, journeys=journeys)
        self._count_visit(event, names, visitor, site, outcome)
        told = replace(seen(event), matched=bool(holder), unmatched=visitor.unmatched if event.identifiers else None)
        self._watch.note(told)

    def _dropped(self, event: Event, owner: str, drop: Drop | None) -> None:
        counted = count(event.site, event.id, event.received, f"drop.{drop}", owner=owner)
        self._events.count_once(event, counted)
        self._watch.note(replace(seen(event), drop=drop))

    def _walk(self, event: Event, visitor: Visitor, tie: Tie | None, site: Site) -> tuple[Tie | None, list[str]]:
        """Whom an event is held to be of, and what it leads to in their journeys."""
        buyer = self._orders.holder(event, site)
        holder = buyer or tie or self._orders.customer(event, site)
        advertiser = self._advertisers.get(site.advertiser) if holder else None
        if not holder or not advertiser:
            return holder, []
        known = self._ordering.follow(event, holder, advertiser.id, is_buyer=buyer is not None)
        return holder, self._enroller.follow(known, visitor, holder, site, advertiser)

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

    def _count_visit(self, event: Event, names: list[str], visitor: Visitor, site: Site, outcome: str) -> None:
        """Count an event with what it makes of its visit. What a back end tells is no visit."""
        counted = count(event.site, event.id, event.received, *names, owner=site.advertiser, newest=NEWEST)
        advertiser = self._advertisers.get(site.advertiser) if event.via != "server" else None
        for _ in range(_ROUNDS):
            before = visitor.visit
            after = visit_after(before, event.received, advertiser.zone, outcome) if advertiser else None
            moves: list[Update] = []
            if after and after != before:
                by = difference(figures(before if before and before.day == after.day else None), figures(after))
                cohort = Cohort("visit", site.advertiser, (site.id,), after.at)
                moves = [visited(visitor, after, event.received), cohort.moved(event.visitor, by)]
            try:
                self._events.count_once(event, counted, *moves)
            except TransactionRefused as refused:
                if not refused.failed:
                    raise
                visitor = self._visitors.get(event.site, event.visitor)
            else:
                return
        raise StorageUnavailable("others were faster each time")


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
