"""The log of clicks: each request for a short link, with what was made of it, counted once for its id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import count, moved
from chalicelib.storage.links import Click, click_from
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused, Update, Write

_RETENTION = 395 * DAY
"""Thirteen months, a ceiling (docs/retention.md)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was made of a click."""

    click_class: str
    reasons: tuple[str, ...]
    rules: int
    """Version of the rules that said so."""


@dataclass(frozen=True, slots=True)
class Record:
    """A click in the log, with all that classifying it again needs."""

    link: str
    advertiser: str
    message: str
    click: Click
    verdict: Verdict
    device: str
    since_sent: int | None
    """Milliseconds after the SMS."""
    since_other: int | None
    """Milliseconds after another browser asked for the same personal link."""
    contact: str = ""
    """`<base>#<person>`, as the link knows it: not kept with the click, so that an erasure need not look for it."""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class LoggedClick:
    """A click with what was made of it, and the browser that later showed its id: either may be known first."""

    link: str | None
    at: int
    click_class: str
    visitor: str | None
    """`<site>#<visitor>`."""


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
            " #since_sent = :since_sent, #since_other = :since_other",
            {
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
                "ttl": _ttl(record),
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
        marks: list[Write] = []
        for name, key in _firsts(record).items():
            item = self._table.get(key)
            if item and item["click"] == record.click.id:
                marks.append(Delete(key, "#click = :click", {"click": record.click.id}))
                by[name] = -1
        counts = moved(record.advertiser, record.click.id, record.click.at, by)
        return not self._refused([changed, counts, *marks])

    def claim_firsts(self, record: Record) -> None:
        """Let a person's click be the first of its link and contact, where no other is."""
        for name, key in _firsts(record).items():
            counted = count(record.advertiser, record.click.id, record.click.at, name)
            self._refused([_first(record, key), counted])

    def all(self, segment: int, segments: int) -> Iterator[Record]:
        """The clicks of one of `segments` parts of the table: an operator's job, never a request's."""
        for item in self._table.scan(segment, segments, keys.CLICK_PREFIX):
            if item.get("v") == 2:
                yield _record(item)

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

    def _count(self, record: Record, kept: Update) -> bool:
        firsts = _firsts(record) if record.verdict.click_class == "person" else {}
        while True:
            names = [f"click.{record.verdict.click_class}", *firsts]
            counted = count(record.advertiser, record.click.id, record.click.at, *names)
            refused = self._refused([kept, counted, *(_first(record, key) for key in firsts.values())])
            if 0 in refused:
                return False
            if not refused:
                return True
            # Another click was the first one.
            firsts = {name: key for at, (name, key) in enumerate(firsts.items(), 2) if at not in refused}

    def _refused(self, writes: list[Write]) -> frozenset[int]:
        """Which conditions did not hold: none, where all was written."""
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return refused.failed
        return frozenset()


def _firsts(record: Record) -> dict[str, keys.Key]:
    """What a click may be the first of, by the name that it is counted under."""
    if not record.contact:
        return {}
    base, _, person = record.contact.partition("#")
    return {
        "click.unique_link": keys.first_click(record.link),
        "click.unique_contact": keys.contact_clicked(base, person, record.campaign),
    }


def _first(record: Record, key: keys.Key) -> Put:
    item = {"type": "first_click", "v": 1, "click": record.click.id, "ttl": _ttl(record)}
    return Put(key, item, "attribute_not_exists(pk)")


def _ttl(record: Record) -> int:
    return (record.click.at + _RETENTION) // SECOND


def _record(item: Item) -> Record:
    return Record(
        link=item["link"],
        advertiser=item["advertiser"],
        message=item["message"],
        click=click_from(item["facts"]),
        verdict=Verdict(item["class"], tuple(item["reasons"]), item["rules"]),
        device=item["device"],
        since_sent=item.get("since_sent"),
        since_other=item.get("since_other"),
    )


def _logged(item: Item) -> LoggedClick:
    return LoggedClick(
        link=item.get("link"),
        at=item["facts"]["at"] if "facts" in item else 0,
        click_class=item.get("class", ""),
        visitor=item.get("visitor"),
    )
