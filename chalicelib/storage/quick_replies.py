"""Quick replies: what an advertiser's agents say again and again, in Liquid, beside its templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Delete, Put, Table
from chalicelib.storage.templates import Language


@dataclass(frozen=True, slots=True)
class QuickReply:
    """One text to fill in for a conversation."""

    id: str
    text: str
    """Liquid (messaging/template_language.py)."""
    language: Language = "fr"
    changed_at: int = 0


class QuickReplies:
    """Reads and writes of quick replies."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, reply_id: str) -> QuickReply | None:
        """One quick reply."""
        item = self._table.get(keys.quick_reply(advertiser, reply_id))
        return _from_item(item) if item else None

    def all_of(self, advertiser: str) -> Iterator[QuickReply]:
        """An advertiser's, by id."""
        for item in self._table.query(keys.advertiser_partition(advertiser), keys.QUICK_REPLY_PREFIX):
            yield _from_item(item)

    def save(self, advertiser: str, reply: QuickReply) -> None:
        """Create or replace one."""
        self._table.put(Put(keys.quick_reply(advertiser, reply.id), {"type": "quick_reply", "v": 1} | asdict(reply)))

    def remove(self, advertiser: str, reply_id: str) -> None:
        """Remove one, if it is there."""
        self._table.delete(Delete(keys.quick_reply(advertiser, reply_id)))


def _from_item(item: Item) -> QuickReply:
    return QuickReply(**{name: item[name] for name in QuickReply.__slots__ if name in item})
