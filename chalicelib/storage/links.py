"""Short links and the clicks on them.

Each click pays for the attributes of its link: they are read, written, put twice into the stream and answered. What a
link says is one of them, a text, and so is its newest click (docs/adr/0026).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from chalicelib.aws.calls import as_json
from chalicelib.clock import DAY, SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys, link_settings
from chalicelib.storage.codec import Item
from chalicelib.storage.link_settings import PLAIN, LinkSettings
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update

_RETENTION = 395 * DAY
"""Of links and clicks: thirteen months, a ceiling (docs/retention.md)."""
_NEVER = 10**10
"""In epoch seconds: when a standalone link ends."""
_ROUNDS = 8
_SAID = ("code", "target", "advertiser", "site", "base", "person", "message", "sent_at", "utm")
"""What the text of a link always has. An item of version 1 has attributes of these names."""
_NO_MORE = ", ".join(f"#{name}" for name in (*_SAID, "settings", "untracked"))


@dataclass(frozen=True, slots=True)
class Link:
    """A short link: where it lands, and whom it was sent to. A standalone one has no site, base, person or message."""

    code: str
    """As in links/names.py: a code, or `<domain>/<slug>`."""
    target: str
    advertiser: str
    site: str
    base: str
    person: str
    message: str
    sent_at: int
    """When it was sent; of a standalone link, when it was made."""
    utm: Mapping[str, str] = field(default_factory=dict)
    visitor: str | None = None
    """The first browser that came by it, and that may be tied to the person."""
    tracked: bool = True
    """Whether clicks are logged and carry an id: else nothing is kept of a browser that comes by."""
    settings: LinkSettings = PLAIN
    version: int = 0
    """Of its target and settings: each edit is the next."""

    @property
    def standalone(self) -> bool:
        """Whether it was sent to nobody in particular."""
        return keys.is_shared(self.code)


NOT_A_PAGE = "dest="
"""Begins what a browser says that it fetches, in a click's purpose: `dest=image`."""


@dataclass(frozen=True, slots=True)
class Click:
    """What one request for a short link showed. The address is truncated before it gets here."""

    id: str
    at: int
    method: str
    agent: str
    language: str
    referrer: str
    """Host only."""
    country: str
    network: str
    """The client's address without its last part (IPv4 /24, IPv6 /48)."""
    purpose: str
    """`Sec-Purpose` and its like: what a browser says that fetches ahead, or what is no page (NOT_A_PAGE)."""

    def facts(self) -> dict[str, Any]:
        """All of it by name. It is flat: dataclasses.asdict would copy deeply, and cost a tenth of a redirect."""
        return {name: getattr(self, name) for name in self.__slots__}


class Links:
    """Links, and the redirect's one call."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, code: str, *, consistent: bool = True) -> Link | None:
        """One link, or None."""
        item = self._table.get(keys.link_copies(code)[0], consistent=consistent)
        return from_item(item) if item else None

    def click(self, code: str, click: Click) -> Link | None:
        """Log a click and learn where it lands, in one call. None for an unknown code.

        The newest click overwrites the one before: the stream hands each of them to the consumer. The table takes no
        click of a link that is not tracked, and tells the link all the same. A link of version 1 is rewritten first.
        """
        copies = keys.link_copies(code)
        # By its id, so that a call that is tried again finds itself.
        copy = copies[zlib.crc32(click.id.encode()) % len(copies)]
        logged = Update(
            copy,
            "SET #last_click = :click",
            {"click": as_json(click.facts()), "now": click.at // SECOND},
            "#open > :now",
        )
        while True:
            try:
                return from_item(self._table.update(logged, returning="ALL_NEW"))
            except ConditionFailed as refused:
                found = refused.found
            if not found or found.get("ttl", _NEVER) * SECOND <= click.at:
                return None
            link = from_item(found)
            if not link.tracked or found["v"] > 1:
                return link
            with suppress(ConditionFailed):  # Another click has done it.
                self._table.update(_rewritten(link, copy, link.version))

    def add(self, link: Link) -> bool:
        """Make a standalone link, with all its copies. False where its name is taken."""
        try:
            first, *others = keys.link_copies(link.code)
            listed = keys.listed("links", link.advertiser, keys.listed_at(link.sent_at, link.code))
            self._table.transact([_put(link, first, **listed), *(_put(link, key) for key in others)])
        except TransactionRefused as refused:
            if refused.failed:
                return False
            raise StorageUnavailable("others write to this name") from None
        return True

    def edit(self, changed: Link) -> Link | None:
        """Write target, campaign and settings of a link that was read, on all its copies; None if it was edited since.

        Raises StorageUnavailable where clicks kept being in the way.
        """
        written = replace(changed, version=changed.version + 1)
        try:
            self._table.transact([_rewritten(written, key, changed.version) for key in keys.link_copies(written.code)])
        except TransactionRefused as refused:
            if refused.failed:
                return None
            raise StorageUnavailable("clicks were in the way") from None
        return written

    def claim_browser(self, code: str, visitor: str) -> bool:
        """Whether `visitor` is the first browser of this link; it stays so."""
        try:
            self._table.update(
                Update(
                    keys.link(code),
                    "SET #visitor = :visitor",
                    {"visitor": visitor},
                    "attribute_exists(#pk) AND (attribute_not_exists(#visitor) OR #visitor = :visitor)",
                )
            )
        except ConditionFailed:
            return False
        return True

    def anonymise(self, code: str) -> None:
        """Take from a link whose it was: it lands on the site's front page from now on, and is nobody's.

        Raises StorageUnavailable where it was edited each time.
        """
        for _ in range(_ROUNDS):
            link = self.get(code)
            if link is None:
                return
            front = urlsplit(link.target)
            target = f"{front.scheme}://{front.netloc}/"
            nobodys = replace(link, person="", target=target, settings=PLAIN, version=link.version + 1)
            with suppress(ConditionFailed):
                self._table.update(_rewritten(nobodys, keys.link(code), link.version, ", #visitor, #last_click"))
                return
        raise StorageUnavailable("others edited this link each time")


def create(link: Link) -> Put:
    """The write that makes a personal link, on condition that its code is free. It ages out."""
    return _put(link, keys.link(link.code), ttl=_ends(link))


def from_item(item: Item) -> Link:
    """A link as the table holds it, of either version."""
    if item["v"] == 1:
        said = {name: item[name] for name in (*_SAID, "settings") if name in item}
        tracked = "untracked" not in item
    else:
        said = json.loads(item["link"])
        tracked = "open" in item
    if settings := said.get("settings"):
        said["settings"] = link_settings.from_item(settings)
    return Link(**said, visitor=item.get("visitor"), tracked=tracked, version=item.get("version", 0))


def click_from(stored: str | Mapping[str, Any]) -> Click:
    """A click as its link carries it, or, as links of version 1 and the log of clicks have it, by attributes."""
    return Click(**(json.loads(stored) if isinstance(stored, str) else stored))


def _put(link: Link, key: keys.Key, **more: int | str) -> Put:
    item = {"type": "link", "v": 2, "link": _text(link)} | more
    if link.tracked:
        item["open"] = _ends(link)
    return Put(key, item, "attribute_not_exists(pk)")


def _rewritten(link: Link, key: keys.Key, was: int, gone: str = "") -> Update:
    """The write of a link that was read as `was`, unless it was edited since. An item of version 1 becomes one of 2."""
    values = {"link": _text(link), "v": 2, "version": link.version, "was": was}
    expression = "SET #link = :link, #v = :v, #version = :version"
    if link.tracked:
        values["open"] = _ends(link)
        expression += ", #open = :open"
    else:
        gone += ", #open"
    # A link that was never edited has no version, one that was made before versions neither.
    unchanged = "#version = :was" if was else "(attribute_not_exists(#version) OR #version = :was)"
    return Update(key, f"{expression} REMOVE {_NO_MORE}{gone}", values, f"attribute_exists(#pk) AND {unchanged}")


def _text(link: Link) -> str:
    """What a link says, but for what is as usual, and for what others set: its browser, and how often it was edited."""
    said = {name: getattr(link, name) for name in _SAID}
    if link.settings != PLAIN:
        said["settings"] = asdict(link.settings)
    return as_json(said)


def _ends(link: Link) -> int:
    """When a link is over, in epoch seconds. `open` has it too, of a link whose clicks are logged."""
    return _NEVER if link.standalone else (link.sent_at + _RETENTION) // SECOND
