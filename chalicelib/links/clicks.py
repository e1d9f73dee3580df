"""Follows clicks: each is kept with its class, counted once for its id, and may tie the browser that it brought."""

from __future__ import annotations

from chalicelib.audience.ties import Ties
from chalicelib.clock import Clock
from chalicelib.links.classify import classify
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.counters import count
from chalicelib.storage.links import Click, Link, Links
from chalicelib.storage.visitors import Visitors


class Clicks:
    """What happens to a click after the person has landed."""

    def __init__(self, links: Links, ties: Ties, visitors: Visitors, advertisers: Advertisers, clock: Clock) -> None:
        self._links = links
        self._ties = ties
        self._visitors = visitors
        self._advertisers = advertisers
        self._clock = clock

    def follow(self, link: Link, click: Click) -> None:
        """Log a click, and tie its browser if that has shown itself first."""
        click_class, reasons = classify(click)
        counted = count(link.advertiser, click.id, click.at, f"click.{click_class}")
        self._links.log_click(link.code, click, click_class, reasons, counted)
        logged = self._links.get_click(click.id)
        if logged is None or logged.visitor is None:
            return
        site_id, _, visitor_id = logged.visitor.partition("#")
        site = self._advertisers.site(site_id)
        if site:
            visitor = self._visitors.get(site_id, visitor_id)
            self._ties.by_click(visitor, logged, site, self._clock.now())
