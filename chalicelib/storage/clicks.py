"""The log of clicks: each request for a short link, with what was made of it, counted once for its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.click_records import Record, Verdict, contacts_own, counts, first, firsts, record_from, ttl
from chalicelib.storage.codec import Item
from chalicelib.storage.events import RETENTION as TRAIL
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update, Write

_AWAITED = 30 * DAY
"""How long a purchase waits for the click that it names: the longest window of attribution."""
_PURCHASE = "purchase."


@dataclass(frozen=True, slots=True)
class LoggedClick:
    """A click with what was made of it, and the browser that later showed its id: either may be known first."""

    link: str | None
    at: int
    click_class: str
    visitor: str | None
    """`<site>#<visitor>`."""
    id: str = ""
    advertiser: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    purchases: tuple[tuple[str, str], ...] = ()
    """Site and transaction of those that named the click before it was in the log."""


class ClickLog:
    """Keeps clicks; a person's first on a link, and a contact's first of a campaign, are told from later ones."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, record: Record) -> bool:
        """Keep a click and count it, once for its id. False where that has been done."""
        kept = Update(
            keys.click(record.click.id),
            "SET #type = :type, #v = :v, #ttl = :ttl, #link = :link, #facts = :facts, #class = :class,"
            " #reasons = :reasons, #rules = :rules, #advertiser = :advertiser, #message = :message, #device = :device,"
            " #since_sent = :since_sent, #since_other = :since_other, #utm = :utm,"
            " #cohort = :cohort, #listed = :listed, #listed_place = :listed_place",
            keys.listed("clicks", record.advertiser, keys.listed_at(record.click.at, record.click.id))
            | {
                "type": "click",
                "v": 2,
                "link": record.link,
                "facts": record.click.facts(),
                "class": record.verdict.click_class,
                "reasons": record.verdict.reasons,
                "rules": record.verdict.rules,
                "advertiser": record.advertiser,
                "message": record.message,
                "device": record.device,
                "since_sent": record.since_sent,
                "since_other": record.since_other,
                "utm": dict(record.utm),
                "cohort": {"labels": record.cohort.labels, "at": record.cohort.at} if record.cohort else None,
                "ttl": ttl(record),
            },
            "attribute_not_exists(#link)",
        )
        return self._count(record, kept)

    def change(self, record: Record, verdict: Verdict) -> bool:
        """Give a click another class, and move its counts with it. False where that was done meanwhile."""
        changed = Update(
            keys.click(record.click.id),
            "SET #class = :class, #reasons = :reasons, #rules = :rules",
            {
                "class": verdict.click_class,
                "reasons": verdict.reasons,
                "rules": verdict.rules,
                "was": record.verdict.click_class,
            },
            "#class = :was",
        )
        if verdict.click_class == record.verdict.click_class:
            return not self._refused([changed])
        by = {f"click.{record.verdict.click_class}": -1, f"click.{verdict.click_class}": 1}
        marks = contacts_own(record, verdict)
        for name, key in firsts(record).items():
            item = self._table.get(key)
            if item and item["click"] == record.click.id:
                marks.append(Delete(key, "#click = :click", {"click": record.click.id}))
                by[name] = -1
        return not self._refused([changed, *counts(record, by), *marks])

    def claim_firsts(self, record: Record) -> None:
        """Let a person's click be the first of its link and contact, where no other is."""
        for name, key in firsts(record).items():
            self._refused([first(record, key), *counts(record, {name: 1})])

    def all(self, segment: int, segments: int) -> Iterator[Record]:
        """The clicks of one of `segments` parts of the table: an operator's job, never a request's."""
        for item in self._table.scan(segment, segments, keys.CLICK_PREFIX):
            if item.get("v") == 2:
                yield record_from(item)

    def get(self, click_id: str) -> LoggedClick | None:
        """A click by its id, or None."""
        item = self._table.get(keys.click(click_id))
        return _logged(item) if item else None

    def browser_showed(self, click_id: str, visitor: str, now: int) -> LoggedClick:
        """A browser came back with a click's id: note it beside the click, which may not be logged yet."""
        item = self._table.update(
            Update(
                keys.click(click_id),
                "SET #visitor = if_not_exists(#visitor, :visitor), #ttl = if_not_exists(#ttl, :ttl)",
                {"visitor": visitor, "ttl": (now + DAY) // SECOND},
            ),
            returning="ALL_NEW",
        )
        return _logged(item)

    def purchase_named(self, click_id: str, site: str, transaction: str, now: int) -> LoggedClick | None:
        """The click that a purchase names. One that is not in the log yet will know of the purchase when it is."""
        noted = Update(
            keys.click(click_id),
            "SET #purchase = :yes, #ttl = :ttl",
            {"yes": True, "ttl": (now + _AWAITED) // SECOND},
            "attribute_not_exists(#link)",
            names={"purchase": f"{_PURCHASE}{site}#{transaction}"},
        )
        try:
            self._table.update(noted)
        except ConditionFailed as known:
            return _logged(known.found) if known.found else None
        return None

    def forget_purchase(self, click_id: str, site: str, transaction: str) -> None:
        """Take from a click that a purchase named it."""
        with suppress(ConditionFailed):
            self._table.update(
                Update(
                    keys.click(click_id),
                    "REMOVE #purchase",
                    condition="attribute_exists(pk)",
                    names={"purchase": f"{_PURCHASE}{site}#{transaction}"},
                )
            )

    def of_contact(self, base: str, person: str, until: int) -> list[LoggedClick]:
        """A person's clicks by the contact, from the newest on to the last before `until`."""
        found: list[LoggedClick] = []
        partition = keys.contact_partition(base, person)
        for item in self._table.query(partition, keys.CLICK_PREFIX, newest_first=True):
            if click := self.get(item["click"]):
                found.append(click)
            if item["at"] <= until:
                break
        return found

    def shown_by(self, site: str, visitor: str) -> list[str]:
        """Ids of the clicks that a browser came by."""
        return [item["click"] for item in self._table.query(keys.trail(site, visitor), keys.CLICK_PREFIX)]

    def shown(self, site: str, visitor: str, click_id: str, now: int) -> None:
        """A browser came by a click."""
        item = {"type": "click_shown", "v": 1, "click": click_id, "ttl": (now + TRAIL) // SECOND}
        self._table.put(Put(keys.click_shown(site, visitor, click_id), item))

    def _count(self, record: Record, kept: Update) -> bool:
        claimed = firsts(record) if record.verdict.click_class == "person" else {}
        while True:
            counted = counts(record, dict.fromkeys([f"click.{record.verdict.click_class}", *claimed], 1))
            marks = [first(record, key) for key in claimed.values()]
            refused = self._refused([kept, *marks, *counted, *contacts_own(record, record.verdict)])
            if 0 in refused:
                return False
            if not refused:
                return True
            # Another click was the first one.
            claimed = {name: key for at, (name, key) in enumerate(claimed.items(), 1) if at not in refused}

    def _refused(self, writes: list[Write]) -> frozenset[int]:
        """Which conditions did not hold: none, where all was written."""
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return refused.failed
        return frozenset()


def _logged(item: Item) -> LoggedClick:
    return LoggedClick(
        link=item.get("link"),
        at=item["facts"]["at"] if "facts" in item else 0,
        click_class=item.get("class", ""),
        visitor=item.get("visitor"),
        id=item["pk"].removeprefix(keys.CLICK_PREFIX),
        advertiser=item.get("advertiser", ""),
        utm=item.get("utm", {}),
        purchases=tuple(
            (site, transaction)
            for name in item
            if name.startswith(_PURCHASE)
            for site, _, transaction in [name.removeprefix(_PURCHASE).partition("#")]
        ),
    )
