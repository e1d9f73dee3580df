"""What arrives from a site right now: is the snippet there, does anything come of it, and if not, why."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.clock import HOUR
from chalicelib.storage.advertisers import Site
from chalicelib.storage.counters import Counters
from chalicelib.storage.site_watch import NEWEST, Seen, SiteWatch

_LISTED = 20
_LOOKED_BACK = 2
"""Days in which the last event is looked for."""


class SeenEvent(TypedDict):
    """One event as it came, or was refused."""

    at: int
    """By our clock, epoch ms."""
    event: str | None
    """Its name; None for a request that was refused before its events were read."""
    via: str
    """`browser`, `pixel` or `server`."""
    origin: str | None
    consent: str | None
    """`grant` or `deny`, as it was sent."""
    drop: str | None
    """Why nothing came of it."""
    matched: bool
    """Whether it is held to be a contact's."""
    unmatched: str | None
    """Why the identifier that came with it led to nobody."""


class Arriving(TypedDict):
    """A window on what arrives."""

    site: str
    at: int
    events: list[SeenEvent]
    """Of the last ten minutes, the newest first, 20 at most; none of a time in which nobody asked."""
    visitors: int
    """Browsers that they are of."""
    since: int
    counts: dict[str, int]
    """What was counted since the beginning of the hour before: events, matches, drops."""
    last_event_at: int | None
    """When the last event came that counts; None where none did today or yesterday (UTC)."""


def arriving(site: Site, watch: SiteWatch, counters: Counters, now: int) -> Arriving:
    """The newest events and refusals, how many browsers they are of, and the counts of this hour and the one before."""
    watch.watch(site.id, now)
    seen = list(watch.newest(site.id, _LISTED))
    since = now - HOUR
    counts = counters.read(site.id, since, now)
    return {
        "site": site.id,
        "at": now,
        "events": [_told(one) for one in seen],
        "visitors": len({one.visitor for one in seen if one.visitor and not one.drop}),
        "since": since - since % HOUR,
        "counts": counts,
        "last_event_at": last_event_at(site.id, counters, now),
    }


def last_event_at(site: str, counters: Counters, now: int) -> int | None:
    """When the last event came that counts; None where none did today or yesterday."""
    return counters.newest(site, NEWEST, now, _LOOKED_BACK)


def _told(seen: Seen) -> SeenEvent:
    return {
        "at": seen.at,
        "event": seen.event,
        "via": seen.via,
        "origin": seen.origin,
        "consent": seen.consent,
        "drop": seen.drop,
        "matched": seen.matched,
        "unmatched": seen.unmatched,
    }
