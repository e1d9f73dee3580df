"""What arrives from a site while somebody watches: the newest events and refusals, without anything of a visitor.

Nothing is kept of a site that nobody watches. Whoever asks watches for three minutes more; a container may take ten
seconds to hear of it, and keeps a few events a second at most: this is a window, the counters count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.clock import MINUTE, SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.logs import log_failure
from chalicelib.storage import keys
from chalicelib.storage.advertisers import digest
from chalicelib.storage.events import Event, Via
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import Put, Table, Update

NEWEST = "event"
"""Under this a site's counters know when its last event came that counts."""
_WATCHED = 3 * MINUTE
_RENEWED = 2 * MINUTE
"""With less time left than this, asking prolongs it: a page that asks each second writes once a minute."""
_SHOWN = 10 * MINUTE
_LONGEST_ORIGIN = 200
_MOST_A_SECOND = 5
"""From one container."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it came in, or was refused."""

    site: str
    at: int
    """When it was accepted, or refused, by our clock."""
    via: Via
    event: str | None = None
    """Its name; None for a request that was refused before its events were read."""
    origin: str | None = None
    consent: str | None = None
    """`grant` or `deny`, as it was sent; None where nobody looked."""
    drop: str | None = None
    """Why nothing came of it (tracking/admission.py)."""
    matched: bool = False
    unmatched: str | None = None
    """Why the identifier that came with it led to nobody."""
    visitor: str | None = None
    """Tells browsers apart, and is not the name that one has."""


def seen(event: Event) -> Seen:
    """An accepted event, as a watcher sees it."""
    told = "dwell" if "dwell_ms" in event.params else event.name
    consent, browser = "deny" if event.denied else "grant", digest(event.visitor)[:12]
    return Seen(event.site, event.received, event.via, told, event.origin, consent, visitor=browser)


class SiteWatch:
    """The window, written behind what counts and never in its way."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept
        self._second, self._noted = 0, 0

    def watch(self, site: str, now: int) -> None:
        """Keep what arrives from now on."""
        key = keys.watched(site)
        item = self._table.get(key)
        if item is None or item["until"] - now < _RENEWED:
            until = now + _WATCHED
            self._table.put(Put(key, {"type": "watched", "v": 1, "until": until, "ttl": until // SECOND + 60}))
            self._kept.forget(key)

    def newest(self, site: str, most: int) -> Iterator[Seen]:
        """What arrived in the last minutes, the newest first."""
        for item in self._table.query(keys.seen_partition(site), newest_first=True, limit=most):
            known: Any = {name: item[name] for name in Seen.__slots__ if name in item}
            yield Seen(**known)

    def note(self, seen: Seen) -> None:
        """Keep it where the site is watched. What cannot be kept is let go: it has been counted."""
        try:
            item = self._kept.get(keys.watched(seen.site))
            if item is None or item["until"] <= seen.at or not self._has_room(seen.at):
                return
            told = {name: value for name, value in asdict(_short(seen)).items() if value is not None}
            set_all = ", ".join(f"#{name} = :{name}" for name in ("type", "v", "ttl", *told))
            values = {"type": "seen", "v": 1, "ttl": (seen.at + _SHOWN) // SECOND} | told
            self._table.update(Update(keys.seen(seen.site, seen.at, random_token()), f"SET {set_all}", values))
        except StorageUnavailable as error:
            log_failure("arrival_not_shown", error)

    def _has_room(self, at: int) -> bool:
        if at // SECOND != self._second:
            self._second, self._noted = at // SECOND, 0
        self._noted += 1
        return self._noted <= _MOST_A_SECOND


def _short(seen: Seen) -> Seen:
    """Anybody can write an origin."""
    return replace(seen, origin=seen.origin[:_LONGEST_ORIGIN]) if seen.origin else seen
