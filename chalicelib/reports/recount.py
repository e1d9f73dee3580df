"""Reads what `verify` compares: an advertiser's counters, its lines of the daybook, its messages, clicks and purchases.

An operator's job. Lines, messages and clicks are the advertiser's own and are read by its lists; purchases have no
list, so the table is scanned for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chalicelib.clock import DAY, HOUR, Clock
from chalicelib.links.attribution import figures
from chalicelib.links.conversions import order_names
from chalicelib.reports import recount_cohorts
from chalicelib.reports.verify import Cells, Reading, Verdict, compare, has_record, in_scope, of_message
from chalicelib.storage import cohorts, messages
from chalicelib.storage.codec import Item
from chalicelib.storage.conversions import Conversion, ConversionLog
from chalicelib.storage.counters import Counters, breakdown
from chalicelib.storage.daybook import RECORDS, RETENTION, Daybook, Line
from chalicelib.storage.keys import Listing
from chalicelib.storage.lists import Lists
from chalicelib.vault import Vault

LONGEST_LIFE = 100 * DAY
"""Of a message, from its making to the last that is heard of it: a month ahead, a month of time, and reports."""
_PAGE = 100
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Recounted:
    """What was compared."""

    verdict: Verdict
    noted_from: int
    """How far back the daybook reaches (epoch ms): hours before it are held against the records alone."""
    erased_purchases: int
    """Purchases whose person was erased: only the daybook still knows what they counted for."""


class Recount:
    """Recounts what belongs to one advertiser."""

    def __init__(
        self,
        counters: Counters,
        daybook: Daybook,
        lists: Lists,
        conversions: ConversionLog,
        vault: Vault,
        clock: Clock,
        each_part: Callable[[Callable[[int, int], list[Conversion]]], Iterable[list[Conversion]]],
    ) -> None:
        """`each_part` calls a function for each part of the table that is to be scanned."""
        self._counters = counters
        self._daybook = daybook
        self._lists = lists
        self._conversions = conversions
        self._vault = vault
        self._clock = clock
        self._each_part = each_part

    def run(self, advertiser: str, since: int, until: int, pause: Callable[[], None]) -> Recounted:
        """Compare the hours from `since` to before `until` (epoch ms). `pause` waits before it is read again."""
        since, until = since - since % HOUR, min(until, self._clock.now() + HOUR)
        kept_from = self._clock.now() - RETENTION + DAY
        noted_from = max(since, kept_from - kept_from % DAY)
        for attempt in range(_ROUNDS):
            if attempt:
                pause()
            reading, erased = self._read(advertiser, since, until, noted_from)
            verdict = compare(reading, advertiser, noted_from)
            if verdict.agrees and not verdict.moving:
                break
        return Recounted(verdict, noted_from, erased)

    def _read(self, advertiser: str, since: int, until: int, noted_from: int) -> tuple[Reading, int]:
        lines = list(self._daybook.of(advertiser, noted_from - HOUR, self._clock.now() + HOUR))
        scopes = {advertiser, breakdown(advertiser), cohorts.scope_of(advertiser), *self._sites(advertiser)}
        scopes |= {entry.scope for line in lines for entry in line.entries} - {RECORDS}
        before = self._counted(scopes, since, until)
        # Again: a line that came before the counters were read is among them.
        lines = list(self._daybook.of(advertiser, noted_from - HOUR, self._clock.now() + HOUR))
        purchases = [one for part in self._each_part(self._part) for one in part if one.advertiser == advertiser]
        gone = [order_names(self._vault, one.site, one.transaction) for one in purchases if one.erased]
        erased = {name for names in gone for name in names}
        sms = list(self._messages(advertiser, since, until))
        told = [of_message(message) for message in sms]
        told += [
            Counter({(f"click.{kind}", at - at % HOUR): 1}) for kind, at, _ in self._clicks(advertiser, since, until)
        ]
        told += [_of_purchase(one, advertiser) for one in purchases]
        told += _of_erased(lines, advertiser, erased, has_record)
        records = in_scope(advertiser, told, since, until)
        funnel = cohorts.scope_of(advertiser)
        opened = {message for kind, _, message in self._clicks(advertiser, since, None) if kind == "person"}
        told = [recount_cohorts.of_message(message, clicked=message.id in opened) for message in sms]
        told += [_of_purchase(one, funnel) for one in purchases]
        told += _of_erased(lines, funnel, erased, recount_cohorts.is_of_orders)
        records |= in_scope(funnel, told, since, until)
        after = self._counted(scopes, since, until)
        return Reading(before, _noted(lines, since, until), records, after), len(gone)

    def _counted(self, scopes: Iterable[str], since: int, until: int) -> Cells:
        return {
            (scope, name, hour): number
            for scope in scopes
            for (name, hour), number in self._counters.exact_by_hour(scope, since, until - 1).items()
            if number
        }

    def _sites(self, advertiser: str) -> list[str]:
        return [item["id"] for item in self._all("sites", advertiser, None, None)]

    def _messages(self, advertiser: str, since: int, until: int) -> Iterator[messages.Message]:
        return map(messages.from_item, self._all("messages", advertiser, since - LONGEST_LIFE, until))

    def _clicks(self, advertiser: str, since: int, until: int | None) -> Iterator[tuple[str, int, str]]:
        """Class, moment and message of each."""
        for item in self._all("clicks", advertiser, since, until):
            yield item["class"], item["facts"]["at"], item["message"]

    def _all(self, listing: Listing, owner: str, since: int | None, until: int | None) -> Iterator[Item]:
        after: str | None = ""
        while after is not None:
            items, after = self._lists.page(listing, owner, _PAGE, after=after, since=since, until=until)
            yield from items

    def _part(self, segment: int, segments: int) -> list[Conversion]:
        return list(self._conversions.all(segment, segments))


def _of_purchase(conversion: Conversion, scope: str) -> Counter[tuple[str, int]]:
    told: Counter[tuple[str, int]] = Counter()
    for (of, name, hour), number in figures(conversion).items():
        if of == scope:
            told[name, hour] += number
    return told


def _of_erased(
    lines: Iterable[Line], scope: str, orders: set[str], told: Callable[[str], bool]
) -> list[Counter[tuple[str, int]]]:
    """What purchases counted for whose person was erased since; `told` says which counts have a record."""
    return [
        Counter({(name, entry.at - entry.at % HOUR): number for name, number in entry.by.items() if told(name)})
        for line in lines
        for entry in line.entries
        if entry.scope == scope and entry.record in orders
    ]


def _noted(lines: Iterable[Line], since: int, until: int) -> Cells:
    noted: Counter[tuple[str, str, int]] = Counter()
    for line in lines:
        for entry in line.entries:
            hour = entry.at - entry.at % HOUR
            if entry.scope != RECORDS and since <= hour < until:
                noted.update({(entry.scope, name, hour): number for name, number in entry.by.items()})
    return {cell: number for cell, number in noted.items() if number}
