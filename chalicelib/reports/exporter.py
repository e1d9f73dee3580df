"""An advertiser's rows, page by page: whoever asks goes on behind where the page before ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.clock import DAY, Clock
from chalicelib.ids import derived_id
from chalicelib.reports import export_rows
from chalicelib.reports.export_rows import Row
from chalicelib.storage import keys, messages
from chalicelib.storage.daybook import RETENTION, Daybook, Line
from chalicelib.storage.exports import What
from chalicelib.storage.lists import Lists
from chalicelib.vault import Vault

PAGE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the place to go on behind; None at the end."""

    rows: list[Row]
    after: str | None


class Exporter:
    """Reads what is one advertiser's."""

    def __init__(self, daybook: Daybook, lists: Lists, vault: Vault, clock: Clock) -> None:
        self._daybook = daybook
        self._lists = lists
        self._vault = vault
        self._clock = clock

    def rows(self, table: What, advertiser: str, since: int, until: int) -> Iterator[Row]:
        """All rows from `since` to before `until` (epoch ms)."""
        after: str | None = ""
        while after is not None:
            page = self.page(table, advertiser, since, until, after)
            yield from page.rows
            after = page.after

    def page(self, table: What, advertiser: str, since: int, until: int, after: str = "") -> Page:
        """The next rows: events and replies by when they were noted, the others by when they began."""
        if table == "conversions":
            return self._conversions(advertiser, since, until)
        if table in ("messages", "clicks"):
            return self._listed(table, advertiser, since, until, after)
        return self._noted(table, advertiser, since, until, after)

    def _listed(self, table: What, advertiser: str, since: int, until: int, after: str) -> Page:
        listing: keys.Listing = "messages" if table == "messages" else "clicks"
        items, following = self._lists.page(listing, advertiser, PAGE, after=after, since=since, until=until)
        if table == "clicks":
            return Page([export_rows.click(item) for item in items], following)

        def contact(person: str) -> str:
            return derived_id("ctc", self._vault.sign(f"export|{advertiser}|{person}"))

        return Page([export_rows.message(messages.from_item(item), contact) for item in items], following)

    def _noted(self, table: What, advertiser: str, since: int, until: int, after: str) -> Page:
        """A place is the day's beginning, the shard, and the line: every day's shards, one after the other."""
        told = after.split("|", 2) if after else [str(since - since % DAY), "0", ""]
        day, shard, line = int(told[0]), int(told[1]), told[2]
        lines = self._daybook.page_of(advertiser, day, shard, line, PAGE) if day < until else []
        kept = [one for one in lines if since <= one.noted < until]
        rows = list(export_rows.events(kept) if table == "events" else export_rows.replies(kept))
        if len(lines) == PAGE:
            return Page(rows, f"{day}|{shard}|{lines[-1].place}")
        if shard + 1 < keys.DAYBOOK_SHARDS:
            return Page(rows, f"{day}|{shard + 1}|")
        return Page(rows, f"{day + DAY}|0|" if day + DAY < until else None)

    def _conversions(self, advertiser: str, since: int, until: int) -> Page:
        """Purchases of the span with all that was noted of them since: the lines that are kept, held at once."""

        def order(record: str) -> str:
            return derived_id("ord", self._vault.sign(f"export|{advertiser}|{record}"))

        now = self._clock.now()
        lines: Iterator[Line] = self._daybook.of(advertiser, max(since, now - RETENTION) - DAY, now + DAY)
        rows = [row for row in export_rows.conversions(lines, order) if since <= row["hour"] < until]
        return Page(sorted(rows, key=lambda row: (row["hour"], row["conversion"])), None)
