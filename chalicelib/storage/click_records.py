"""A click as the log holds it, and what it moves: counts, what it is the first of, its contact's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.counters import Labels, breakdown, label, moved, moved_in_all
from chalicelib.storage.links import Click, click_from
from chalicelib.storage.table import Delete, Put, Update, Write

_RETENTION = 395 * DAY
"""Thirteen months, a ceiling (docs/retention.md)."""
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


def campaign_of(utm: Mapping[str, str]) -> Labels:
    """Source, medium and campaign, for a breakdown: a part that is not there is empty."""
    return tuple(utm.get(name, "")[:_LONGEST_LABEL] for name in UTM)


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


def firsts(record: Record) -> dict[str, keys.Key]:
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


def counts(record: Record, by: Mapping[str, int]) -> list[Update]:
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


def contacts_own(record: Record, verdict: Verdict) -> list[Write]:
    """The write that puts a click among its contact's, where a person made it, and takes it away where none did."""
    if not record.contact:
        return []
    base, _, person = record.contact.partition("#")
    key = keys.click_of(base, person, record.click.at, record.click.id)
    if verdict.click_class != "person":
        return [Delete(key)]
    item = {"type": "clicked", "v": 1, "click": record.click.id, "at": record.click.at, "ttl": ttl(record)}
    return [Put(key, item)]


def first(record: Record, key: keys.Key) -> Put:
    """The mark that a click is the first of something, where none is yet."""
    item = {"type": "first_click", "v": 1, "click": record.click.id, "ttl": ttl(record)}
    return Put(key, item, "attribute_not_exists(pk)")


def ttl(record: Record) -> int:
    """Until when a click and its marks are kept (seconds)."""
    return (record.click.at + _RETENTION) // SECOND
