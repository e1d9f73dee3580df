"""Tying a browser to a contact by what it showed (design.md, "Evidence"). Matching consent is needed for every tie."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.audience.matching import Match, Matcher
from chalicelib.clock import DAY
from chalicelib.storage.advertisers import Site
from chalicelib.storage.events import Event
from chalicelib.storage.links import Links, LoggedClick
from chalicelib.storage.visitors import Strength, Tie, Visitor, Visitors

CLICK_TIES_FOR = DAY
"""A click ties its browser only this long after the SMS: later, the link may have been passed on."""


class Ties:
    """Ties browsers by identifiers and by clicks on personal links."""

    def __init__(self, matcher: Matcher, visitors: Visitors, links: Links) -> None:
        self._matcher = matcher
        self._visitors = visitors
        self._links = links

    def by_identifiers(self, visitor: Visitor, event: Event, advertiser: str) -> Visitor:
        """Tie by the identifiers that came with an event. Only the advertiser's own back end makes a strong tie.

        Identifiers that lead to nobody, or to a person who did not agree, are of somebody else than the browser was
        tied to: a weak tie ends then.
        """
        match = self._matcher.match(advertiser, event.identifiers)
        if not isinstance(match, Match):
            return replace(self._visitors.untie(visitor) if visitor.tie else visitor, unmatched=match)
        return self._tie(visitor, match, "strong" if event.via == "server" else "weak", event.received)

    def by_click(self, visitor: Visitor, click: LoggedClick, site: Site, now: int) -> Visitor:
        """Tie by a click on a personal link: the first person's browser within a day of the SMS, and no other."""
        link = self._links.get(click.link) if click.link else None
        if link is None or click.click_class != "person" or link.advertiser != site.advertiser:
            return visitor
        if click.at - link.sent_at > CLICK_TIES_FOR:
            return visitor
        match = self._matcher.recognise(site.advertiser, link.base, link.person, "click")
        if match is None or not self._links.claim_browser(link.code, f"{visitor.site}#{visitor.id}"):
            return visitor
        return self._tie(visitor, match, "weak", now)

    def _tie(self, visitor: Visitor, match: Match, strength: Strength, at: int) -> Visitor:
        tie = Tie(match.base, match.person, match.evidence, strength, at, match.consent_at)
        return self._visitors.tie(visitor, tie)
