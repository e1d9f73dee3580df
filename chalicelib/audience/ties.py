"""Tying a browser to a contact by what it showed (design.md, "Evidence"). Matching consent is needed for every tie.

Whatever leaves open who sits before the browser ends in nobody's name: an SMS to the wrong phone tells somebody what
another person looked at.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.audience.matching import Match, Matcher
from chalicelib.clock import DAY
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.advertisers import Site
from chalicelib.storage.carts import Browsing
from chalicelib.storage.clicks import LoggedClick
from chalicelib.storage.events import Event
from chalicelib.storage.links import Links
from chalicelib.storage.networks import Lent, NetworkCookies
from chalicelib.storage.visitors import RANK, Strength, Tie, Visitor, Visitors

CLICK_TIES_FOR = DAY
"""A click ties its browser only this long after the SMS: later, the link may have been passed on."""
_ROUNDS = 4
_ANOTHER = "used_by_another"
_PRECISION = {"network": 0, "click": 1}
"""Evidence that is not the site's own says less than the site's, and nothing of what was done before it."""


class Ties:
    """Ties browsers by identifiers, clicks on personal links, confirmed opt-ins, and the service's own cookie."""

    def __init__(self, matcher: Matcher, visitors: Visitors, links: Links, networks: NetworkCookies) -> None:
        self._matcher = matcher
        self._visitors = visitors
        self._links = links
        self._networks = networks

    def by_identifiers(self, visitor: Visitor, event: Event, site: Site) -> Visitor:
        """Tie by the identifiers that came with an event. Only the advertiser's own back end makes a strong tie.

        Identifiers that lead to nobody, or to a person who did not agree, are of somebody else than the browser was
        tied to: a weak tie ends then, and under a strong one nothing is done until its person is named again.
        """
        match = self._matcher.match(site.advertiser, event.identifiers)
        if isinstance(match, Match):
            return self._hold(visitor, match, "strong" if event.via == "server" else "weak", event.received, site)
        return self._doubt(visitor, match, event.received)

    def by_click(self, visitor: Visitor, click: LoggedClick, site: Site, now: int, *, named: bool = False) -> Visitor:
        """Tie by a click on a personal link: the first person's browser within a day of the SMS, and no other.

        A browser that is somebody's already shows that the link was passed on: it stays with whom it was. What was
        put into the cart before the click is nobody's. Where the page itself has `named` somebody, the click only
        shows which browser was the link's first.
        """
        link = self._links.get(click.link) if click.link else None
        if link is None or not link.person or click.click_class != "person" or link.site != site.id:
            return visitor
        if _follows(visitor, link.person):
            return visitor
        if max(click.at, now) - link.sent_at > CLICK_TIES_FOR:
            return refused(visitor, "click_too_late", now)
        if not self._links.claim_browser(link.code, f"{visitor.site}#{visitor.id}"):
            return refused(visitor, "not_the_first_browser", now)
        if named:
            return visitor
        if visitor.tie and visitor.tie.person != link.person:
            return refused(visitor, "browser_of_another", now)
        match = self._matcher.recognise(site.advertiser, link.person, "click")
        if match is None:
            return refused(visitor, "no_matching_consent", now)
        return self._hold(visitor, match, "weak", click.at, site)

    def by_opt_in(self, site: Site, visitor_id: str, person: str, now: int) -> Visitor:
        """Tie the browser on which a person opted in, once a code has shown that the phone is theirs."""
        visitor = self._visitors.get(site.id, visitor_id)
        match = self._matcher.recognise(site.advertiser, person, "opt_in")
        return self._hold(visitor, match, "strong", now, site) if match else visitor

    def by_network(self, visitor: Visitor, cookie: str, site: Site, now: int) -> Visitor:
        """Tie by the service's own cookie: by whom it was last held for, on this site or another advertiser's.

        `now` becomes the tie's time: when another advertiser's site saw the person is nobody's business here. Nor is
        it told that somebody without a consent here is known elsewhere.
        """
        lent = self._networks.get(cookie)
        if lent is None or site.demand_strong or not outweighs(lent, visitor, now):
            return visitor
        match = self._matcher.recognise(site.advertiser, lent.person, "network")
        if match:
            return self._hold(visitor, match, "weak", now, site)
        if visitor.tie and visitor.tie.person != lent.person:
            return self._doubt(visitor, _ANOTHER, now)
        return visitor

    def lend(self, tie: Tie, cookie: str, now: int) -> None:
        """Let the service's own cookie say whom a browser is tied to; what it said itself is no news to it."""
        if tie.evidence == "network":
            return
        lent = self._networks.get(cookie)
        same = lent is not None and lent.person == tie.person
        if lent and (lent.at >= tie.at or (same and lent.at // DAY == tie.at // DAY)):
            return
        consent_at = lent.consent_at if lent and same else now
        self._networks.lend(cookie, tie.base, Lent(tie.person, tie.at, consent_at))

    def _doubt(self, visitor: Visitor, reason: str, at: int) -> Visitor:
        for _ in range(_ROUNDS):
            stranger = doubted(visitor, reason, at)
            if stranger.tie == visitor.tie:
                return stranger
            if self._visitors.tie(stranger, visitor.tie, at, reason):
                return stranger
            visitor = self._visitors.get(visitor.site, visitor.id)
        raise StorageUnavailable("others were faster each time")

    def _hold(self, visitor: Visitor, match: Match, strength: Strength, at: int, site: Site) -> Visitor:
        given = match.consent
        tie = Tie(match.base, match.person, match.evidence, strength, at, given.at, given.source, given.wording)
        for _ in range(_ROUNDS):
            decided = decide(visitor, tie, demand_strong=site.demand_strong)
            if decided.tie == visitor.tie or self._visitors.tie(decided, visitor.tie, at):
                return decided
            visitor = self._visitors.get(visitor.site, visitor.id)
        raise StorageUnavailable("others were faster each time")


def decide(visitor: Visitor, tie: Tie, *, demand_strong: bool) -> Visitor:
    """A browser after evidence for a contact. Weak never replaces strong; of equals, the newest wins."""
    known = visitor.tie
    if known is None or known.person != tie.person:
        if known and RANK[tie.strength] <= RANK[known.strength] and tie.at < known.at:
            return visitor  # An old story, told again.
        if known and RANK[tie.strength] < RANK[known.strength]:
            return _nobodys(visitor, "contradicts_strong_evidence", tie.at)
        if demand_strong and tie.strength == "weak":
            return _nobodys(visitor, "weak_evidence", tie.at)
        browsing = visitor.browsing if _inherits(visitor, tie) else Browsing()
        return replace(visitor, tie=tie, unmatched=None, browsing=browsing)
    confirmed = replace(visitor, unmatched=None, browsing=Browsing() if visitor.unmatched else visitor.browsing)
    if RANK[tie.strength] < RANK[known.strength] or (known.strength == tie.strength and tie.at < known.at):
        return visitor if tie.at < known.at else confirmed
    if _PRECISION.get(tie.evidence, 2) < _PRECISION.get(known.evidence, 2):
        return visitor  # The link says nothing that the page has not said better.
    return replace(confirmed, tie=tie)


def outweighs(lent: Lent, visitor: Visitor, now: int) -> bool:
    """Whether the service's own cookie says more of a browser than its site does.

    Never where the site has strong evidence or was shown somebody else, and never of what was done before.
    """
    known = visitor.tie
    if visitor.unmatched not in (None, _ANOTHER) or now < lent.at:
        return False
    if known is None or known.evidence == "network":
        return True
    return known.strength == "weak" and known.person != lent.person and known.at < lent.at


def doubted(visitor: Visitor, reason: str, at: int) -> Visitor:
    """A browser after evidence that leads to nobody: a weak tie ends, a strong one rests."""
    known = visitor.tie
    if known and at < known.at:
        return visitor
    stranger = _nobodys(visitor, reason, at)
    return replace(stranger, tie=None) if known and known.strength == "weak" else stranger


def refused(visitor: Visitor, reason: str, at: int) -> Visitor:
    """A browser whose evidence was not taken, with that on record."""
    return visitor if reason in visitor.refusals else replace(visitor, refusals={**visitor.refusals, reason: at})


def _follows(visitor: Visitor, person: str) -> bool:
    """Whether a click tied the browser to this person, and nothing has changed since."""
    tie = visitor.tie
    return tie is not None and (tie.person, tie.evidence) == (person, "click") and not visitor.unmatched


def _nobodys(visitor: Visitor, reason: str, at: int) -> Visitor:
    """Somebody else may be using the browser: what was put into the cart or looked at is not its person's."""
    begun = {} if visitor.unmatched == reason else {reason: at}
    browsing = Browsing() if visitor.tie and not visitor.unmatched else visitor.browsing
    return replace(visitor, unmatched=reason, browsing=browsing, refusals={**visitor.refusals, **begun})


def _inherits(visitor: Visitor, tie: Tie) -> bool:
    """Whether the cart that a browser holds was filled by whom it is tied to now.

    Who signs in after filling the cart filled it. A click says nothing of what was done before it, and where another
    person was named, that one may have.
    """
    return visitor.tie is None and tie.evidence not in _PRECISION and visitor.unmatched in (None, "unknown_identifier")
