"""Follows clicks: each is kept with its class, counted once for its id, and may tie the browser that it brought."""

from __future__ import annotations

from chalicelib.audience.ties import Ties
from chalicelib.clock import Clock
from chalicelib.links.classify import classify
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import Counters, count
from chalicelib.storage.links import Click, Link, Links
from chalicelib.storage.visitors import Visitors


class Clicks:
    """What happens to a click after the person has landed."""

    def __init__(
        self,
        links: Links,
        ties: Ties,
        visitors: Visitors,
        contacts: Contacts,
        advertisers: Advertisers,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._links = links
        self._ties = ties
        self._visitors = visitors
        self._contacts = contacts
        self._advertisers = advertisers
        self._counters = counters
        self._clock = clock

    def follow(self, link: Link, click: Click) -> None:
        """Log a click, and tie its browser if that has shown itself first."""
        click_class, reasons = classify(click)
        counted = count(link.advertiser, click.id, click.at, f"click.{click_class}")
        self._links.log_click(link.code, click, click_class, reasons, counted)
        if click_class == "person" and link.person:
            # The person's own act, unlike a receipt or a machine's look: retention counts from it.
            self._contacts.acted(link.base, link.person, click.at)
        logged = self._links.get_click(click.id)
        if logged is None or logged.visitor is None:
            return
        site_id, _, visitor_id = logged.visitor.partition("#")
        site = self._advertisers.site(site_id)
        if site:
            now = self._clock.now()
            visitor = self._visitors.get(site_id, visitor_id)
            tied = self._ties.by_click(visitor, logged, site, now)
            if tied.refusals != visitor.refusals and self._visitors.save(tied, now):
                for reason in tied.refusals.keys() - visitor.refusals.keys():
                    self._counters.add(site_id, click.id, now, f"click_refused.{reason}")
