"""Caps: how many SMS a person may be sent in a sliding window, and the operator's own, which hold for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.clock import DAY
from chalicelib.storage import keys
from chalicelib.storage.kept import Kept
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.table import Put, Table

LONGEST_WINDOW = 31 * DAY
"""Of any cap, and so how long a send is remembered (storage/ledgers.py)."""

Level = Literal["all", "advertiser", "campaign", "wish"]
Counts = Literal["messages", "parts"]


@dataclass(frozen=True, slots=True)
class CapRule:
    """At most `limit` SMS of the named classes to a phone in any window of this length."""

    limit: int
    window_ms: int = 7 * DAY
    level: Level = "all"
    """Whose sends count: everybody's, the advertiser's, the campaign's or journey's; `wish` is the person's own."""
    counts: Counts = "messages"
    classes: tuple[MessageClass, ...] = ("marketing",)
    campaign: str | None = None
    """At level `campaign`: the one that it holds for. Without it, for each by itself."""


def from_items(items: Iterable[Mapping[str, Any]]) -> tuple[CapRule, ...]:
    """Caps as the table holds them."""
    return tuple(CapRule(**{**item, "classes": tuple(item["classes"])}) for item in items)


class OperatorCaps:
    """The operator's caps, over all advertisers. Kept for ten seconds in each container."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def get(self) -> tuple[CapRule, ...]:
        """The caps that hold beside each advertiser's own."""
        item = self._kept.get(keys.OPERATOR_CAPS)
        return from_items(item["caps"]) if item else ()

    def save(self, rules: Iterable[CapRule]) -> None:
        """Replace them."""
        caps = [asdict(rule) for rule in rules]
        self._table.put(Put(keys.OPERATOR_CAPS, {"type": "operator_caps", "v": 1, "caps": caps}))
        self._kept.forget(keys.OPERATOR_CAPS)
