"""Whom a back end tells of: the contact that its identifiers lead to, or whom the order led to before.

No consent to matching is needed: what is matched is no browser, it is a buyer and the order that the buyer placed
(docs/adr/0021). Nothing but messages about what was told follows from it: no purchase is put down to a click by it.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.audience.matching import Matcher
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.advertisers import Site
from chalicelib.storage.events import Event
from chalicelib.storage.visitors import Tie, Visitors
from chalicelib.tracking.names import SERVER_ONLY

EVIDENCE = "order"
ACCOUNT = "account"
"""The evidence of what a back end tells of its customer without an order: a trial, a step of the onboarding."""
_OF_CUSTOMERS: frozenset[str] = SERVER_ONLY | {"purchase"}
_ROUNDS = 4


class Orders:
    """Remembers each order's contact, so that a refund which names its order only reaches the buyer."""

    def __init__(self, matcher: Matcher, visitors: Visitors) -> None:
        self._matcher = matcher
        self._visitors = visitors

    def holder(self, event: Event, site: Site) -> Tie | None:
        """The contact of the advertiser's own base whose order an event is about, or None.

        Who is named by the event itself comes first. An order that names nobody is whose it was when it was first told.
        """
        if event.order is None:
            return None
        for _ in range(_ROUNDS):
            visitor = self._visitors.get(site.id, event.order)
            person = self._matcher.named(site.advertiser, event.identifiers)
            if person is None:
                return visitor.tie
            tie = Tie(site.advertiser, person, EVIDENCE, "strong", event.received, event.time, EVIDENCE)
            known = visitor.tie
            if known and known.consent_at <= tie.consent_at:
                return known if known.person == person else tie
            if self._visitors.tie(replace(visitor, tie=tie), known, event.received):
                return tie
        raise StorageUnavailable("others were faster each time")

    def customer(self, event: Event, site: Site) -> Tie | None:
        """The contact of the advertiser's own base whom a back end names in what it tells without an order, or None."""
        if event.via != "server" or event.name not in _OF_CUSTOMERS:
            return None
        person = self._matcher.named(site.advertiser, event.identifiers)
        return Tie(site.advertiser, person, ACCOUNT, "strong", event.received, event.time, ACCOUNT) if person else None
