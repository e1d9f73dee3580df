"""The links that a container has served: where to land when the table does not answer at all."""

from __future__ import annotations

from collections import OrderedDict

from chalicelib.storage.links import Link

_KEPT = 2_000


class RecentLinks:
    """The newest links by name. One may have been edited since: a landing on yesterday's page beats none."""

    def __init__(self) -> None:
        self._links: OrderedDict[str, Link] = OrderedDict()

    def keep(self, link: Link) -> None:
        """Remember a link; the one that was longest not seen goes."""
        self._links[link.code] = link
        self._links.move_to_end(link.code)
        if len(self._links) > _KEPT:
            self._links.popitem(last=False)

    def get(self, name: str) -> Link | None:
        """A link that this container has served, or None."""
        return self._links.get(name)
