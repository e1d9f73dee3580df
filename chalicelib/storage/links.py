"""Short links and the clicks on them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from chalicelib.clock import DAY, SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys, link_settings
from chalicelib.storage.codec import Item
from chalicelib.storage.link_settings import PLAIN, LinkSettings
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update

_RETENTION = 395 * DAY
"""Of links and clicks: thirteen months, a ceiling (docs/retention.md)."""


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
        click of a link that is not tracked, and tells the link all the same.
        """
        copies = keys.link_copies(code)
        try:
            item: Item | None = self._table.update(
                Update(
                    # By its id, so that a call that is tried again finds itself.
                    copies[zlib.crc32(click.id.encode()) % len(copies)],
                    "SET #last_click = :click",
                    {"click": click.facts(), "now": click.at // SECOND},
                    "attribute_exists(#pk) AND attribute_not_exists(#untracked)"
                    " AND (attribute_not_exists(#ttl) OR #ttl > :now)",
                ),
                returning="ALL_NEW",
            )
        except ConditionFailed as refused:
            item = refused.found
        if not item or item.get("ttl", click.at) * SECOND <= click.at:
            return None
        return from_item(item)

    def add(self, link: Link) -> bool:
        """Make a standalone link, with all its copies. False where its name is taken."""
        try:
            self._table.transact([_put(link, key) for key in keys.link_copies(link.code)])
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
        tracking = "REMOVE #untracked" if written.tracked else ", #untracked = :yes"
        values = {
            "target": written.target,
            "utm": written.utm,
            "settings": asdict(written.settings),
            "version": written.version,
            "was": changed.version,
        } | ({} if written.tracked else {"yes": True})
        # A link that was made before versions has none.
        unchanged = "#version = :was" if changed.version else "(attribute_not_exists(#version) OR #version = :was)"
        expression = f"SET #target = :target, #utm = :utm, #settings = :settings, #version = :version {tracking}"
        condition = f"attribute_exists(#pk) AND {unchanged}"
        try:
            self._table.transact([Update(key, expression, values, condition) for key in keys.link_copies(written.code)])
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
        """Take from a link whose it was: it lands on the site's front page from now on, and is nobody's."""
        link = self.get(code)
        if link is None:
            return
        front = urlsplit(link.target)
        self._table.update(
            Update(
                keys.link(code),
                "SET #person = :nobody, #target = :target REMOVE #visitor, #last_click, #settings",
                {"nobody": "", "target": f"{front.scheme}://{front.netloc}/"},
                "attribute_exists(#pk)",
            )
        )


def create(link: Link) -> Put:
    """The write that makes a personal link, on condition that its code is free. It ages out."""
    return _put(link, keys.link(link.code), ttl=(link.sent_at + _RETENTION) // SECOND)


def from_item(item: Item) -> Link:
    """A link as the table holds it."""
    settings = item.get("settings")
    return Link(
        code=item["code"],
        target=item["target"],
        advertiser=item["advertiser"],
        site=item["site"],
        base=item["base"],
        person=item["person"],
        message=item["message"],
        sent_at=item["sent_at"],
        utm=item["utm"],
        visitor=item.get("visitor"),
        tracked="untracked" not in item,
        settings=link_settings.from_item(settings) if settings else PLAIN,
        version=item.get("version", 0),
    )


def _put(link: Link, key: keys.Key, **more: int) -> Put:
    # What is as usual is not written: each click pays for the size of its link.
    item = asdict(link) | {"type": "link", "v": 1} | more
    del item["tracked"]
    if not link.tracked:
        item["untracked"] = True
    if link.settings == PLAIN:
        del item["settings"]
    return Put(key, item, "attribute_not_exists(pk)")


def click_from(item: Item) -> Click:
    """A click as its link carries it."""
    return Click(**item)
