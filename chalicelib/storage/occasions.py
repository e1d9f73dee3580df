"""When a contact came to something that is limited: the beginnings of a journey, the sending of one of its steps."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table


@dataclass(frozen=True, slots=True)
class Occasions:
    """The moments (epoch ms) that a limit counts."""

    at: tuple[int, ...] = ()
    version: int = 0

    def allow(self, now: int, at_most: int, within_days: int) -> bool:
        """Whether there may be one more."""
        return sum(moment > now - within_days * DAY for moment in self.at) < at_most

    def and_one(self, at: int, within_days: int) -> Occasions:
        """With one more, and without those too old to count."""
        return Occasions((*(moment for moment in self.at if moment > at - within_days * DAY), at), self.version + 1)


def occasions(table: Table, key: keys.Key) -> Occasions:
    """What is known of them."""
    item = table.get(key, expired=True)  # Until it is removed the next one has to be written over it.
    return Occasions(tuple(item["at"]), item["version"]) if item else Occasions()


def one_more(key: keys.Key, before: Occasions, at: int, within_days: int) -> Put:
    """The write of one more, on condition that the others are as they were counted."""
    ttl = (at + within_days * DAY) // SECOND
    item = {"type": "occasions", "v": 1, "ttl": ttl} | asdict(before.and_one(at, within_days))
    if before.version:
        return Put(key, item, "#version = :before", {"before": before.version})
    return Put(key, item, "attribute_not_exists(pk)")
