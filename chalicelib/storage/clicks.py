"""The log of clicks: each request for a short link, with what was made of it, counted once for its id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.counters import Labels, breakdown, label, moved, moved_in_all
from chalicelib.storage.events import RETENTION as TRAIL
from chalicelib.storage.links import Click, click_from
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update, Write

_RETENTION = 395 * DAY
"""Thirteen months, a ceiling (docs/retention.md)."""
_AWAITED = 30 * DAY
"""How long a purchase waits for the click that it names: the longest window of attribution."""
_PURCHASE = "purchase."
_LONGEST_LABEL = 100
UTM = ("source", "medium", "campaign")


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
    utm: Mapping[str, str] = field(default_factory=dict)
    """The campaign that the browser landed with."""
    cohort: Cohort | None = None
    """With which SMS its own is counted; None for a standalone link."""

    @property
    def campaign(self) -> Labels:
        """Source, medium and campaign, as clicks are broken down by."""
        return campaign_of(self.utm)


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
        marks = _contacts_own(record, verdict)
        for name, key in _firsts(record).items():
            item = self._table.get(key)
            if item and item["click"] == record.click.id:
                marks.append(Delete(key, "#click = :click", {"click": record.click.id}))
                by[name] = -1
        return not self._refused([changed, *_counts(record, by), *marks])

    def claim_firsts(self, record: Record) -> None:
        """Let a person's click be the first of its link and contact, where no other is."""
        for name, key in _firsts(record).items():
            self._refused([_first(record, key), *_counts(record, {name: 1})])

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
        firsts = _firsts(record) if record.verdict.click_class == "person" else {}
        while True:
            counted = _counts(record, dict.fromkeys([f"click.{record.verdict.click_class}", *firsts], 1))
            marks = [_first(record, key) for key in firsts.values()]
            refused = self._refused([kept, *marks, *counted, *_contacts_own(record, record.verdict)])
            if 0 in refused:
                return False
            if not refused:
                return True
            # Another click was the first one.
            firsts = {name: key for at, (name, key) in enumerate(firsts.items(), 1) if at not in refused}

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
    if keys.is_shared(record.link):
        day = record.click.at // DAY
        return {"click.unique_link": keys.first_visit(record.link, _browser(record.click, day), day)}
    if not record.contact:
        return {}
    base, _, person = record.contact.partition("#")
    return {
        "click.unique_link": keys.first_click(record.link),
        "click.unique_contact": keys.contact_clicked(base, person, record.utm.get("campaign", "")),
    }


def _browser(click: Click, day: int) -> str:
    """Who came by a link that names nobody, as far as a day tells: network, agent and language, hashed with the day.

    The click beside it keeps all three for as long, so a key would hide nothing; the day keeps visits apart.
    """
    shown = "\n".join((str(day), click.network, click.agent, click.language))
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def _counts(record: Record, by: Mapping[str, int]) -> list[Update]:
    """The writes that move an advertiser's counts, those of its campaigns, and a standalone link's."""
    thing, at = record.click.id, record.click.at
    count = partial(moved, owner=record.advertiser, record=thing, message=record.message)
    split = {label("utm", record.campaign, name): number for name, number in by.items()}
    counts = [count(record.advertiser, thing, at, by), count(breakdown(record.advertiser), thing, at, split)]
    if keys.is_shared(record.link):
        counts.append(count(keys.link_scope(record.link), thing, at, by))
        counts.append(moved_in_all(keys.link_scope(record.link), thing, at, by))
    if record.cohort and (clicked := by.get("click.unique_link")):
        counts.append(record.cohort.moved(record.message, {"clicked": clicked}))
    return counts


def _contacts_own(record: Record, verdict: Verdict) -> list[Write]:
    """The write that puts a click among its contact's, where a person made it, and takes it away where none did."""
    if not record.contact:
        return []
    base, _, person = record.contact.partition("#")
    key = keys.click_of(base, person, record.click.at, record.click.id)
    if verdict.click_class != "person":
        return [Delete(key)]
    item = {"type": "clicked", "v": 1, "click": record.click.id, "at": record.click.at, "ttl": _ttl(record)}
    return [Put(key, item)]


def _first(record: Record, key: keys.Key) -> Put:
    item = {"type": "first_click", "v": 1, "click": record.click.id, "ttl": _ttl(record)}
    return Put(key, item, "attribute_not_exists(pk)")


def _ttl(record: Record) -> int:
    return (record.click.at + _RETENTION) // SECOND


def record_from(item: Item) -> Record:
    """A click as the log holds it."""
    return Record(
        link=item["link"],
        advertiser=item["advertiser"],
        message=item["message"],
        click=click_from(item["facts"]),
        verdict=Verdict(item["class"], tuple(item["reasons"]), item["rules"]),
        device=item["device"],
        since_sent=item.get("since_sent"),
        since_other=item.get("since_other"),
        utm=item.get("utm", {}),
        cohort=Cohort("sms", item["advertiser"], tuple(told["labels"]), told["at"])
        if (told := item.get("cohort"))
        else None,
    )


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


def campaign_of(utm: Mapping[str, str]) -> Labels:
    """Source, medium and campaign, for a breakdown: a part that is not there is empty."""
    return tuple(utm.get(name, "")[:_LONGEST_LABEL] for name in UTM)
