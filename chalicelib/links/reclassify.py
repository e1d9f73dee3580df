"""Classifies the kept clicks again, with today's rules: classes, counts, firsts and sales follow (docs/clicks.md).

In passes, each of which may be repeated: what is no person's click any more gives its place as a first one up before
another can take it; and sales are put down anew when every click has its class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from chalicelib.links.classify import Circumstances
from chalicelib.links.clicks import contact_of, verdict
from chalicelib.links.conversions import Conversions
from chalicelib.storage.click_records import Record
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.conversions import ConversionLog
from chalicelib.storage.links import Links

_SEGMENTS = 4


@dataclass(slots=True)
class Reclassified:
    """What came of it."""

    seen: int = 0
    changed: int = 0
    moved: dict[str, int] = field(default_factory=dict)
    """`<class before> to <class now>`, and how many clicks."""
    sales: int = 0
    """How many are put down to something else now."""


def reclassify(
    clicks: ClickLog,
    links: Links,
    sales: ConversionLog,
    conversions: Conversions,
    *,
    advertiser: str = "",
    dry_run: bool = False,
) -> Reclassified:
    """Classify every click of the log again, or those of one advertiser. A dry run does not foresee the sales.

    Raises StorageUnavailable: run it again then.
    """
    told = Reclassified()
    for record in _records(clicks, advertiser):
        told.seen += 1
        now = verdict(record.click, Circumstances(record.since_sent, record.since_other))
        if now == record.verdict:
            continue
        if dry_run or clicks.change(_whose(record, links), now):
            told.changed += 1
            if now.click_class != record.verdict.click_class:
                move = f"{record.verdict.click_class} to {now.click_class}"
                told.moved[move] = told.moved.get(move, 0) + 1
    if not dry_run:
        # Whether or not anything moved: a run before this one may have ended between the passes.
        people = (record for record in _records(clicks, advertiser) if record.verdict.click_class == "person")
        for record in sorted(people, key=lambda each: each.click.at):
            clicks.claim_firsts(_whose(record, links))
        for segment in range(_SEGMENTS):
            found = (sale for sale in sales.all(segment, _SEGMENTS) if advertiser in ("", sale.advertiser))
            told.sales += sum(conversions.decide_again(sale) for sale in found)
    return told


def _records(clicks: ClickLog, advertiser: str) -> Iterator[Record]:
    for segment in range(_SEGMENTS):
        found: Iterable[Record] = clicks.all(segment, _SEGMENTS)
        yield from (record for record in found if advertiser in ("", record.advertiser))


def _whose(record: Record, links: Links) -> Record:
    link = links.get(record.link)
    if link is None:
        return record
    return replace(record, contact=contact_of(link), utm=record.utm or link.utm)
