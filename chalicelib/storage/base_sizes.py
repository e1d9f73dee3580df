"""How many contacts a base has, exact: the number moves in the very transaction that adds or removes a contact."""

from __future__ import annotations

import zlib

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused, Update

_TOLD_AGAIN = 30 * DAY
"""Longer than a removal can be told: streams keep a day, and what was lost is replayed within two weeks."""


class BaseSizes:
    """Contacts by base. One whose time is over counts until DynamoDB removes it, which takes a few days at most."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str) -> int:
        """How many contacts a base has now."""
        return sum(item["contacts"] for item in self._table.query(keys.base_size(base)) if item["type"] == "base_size")

    def remove(self, base: str, person: str) -> None:
        """Remove a contact, and count it out, once."""
        gone = Delete(keys.contact(base, person), "attribute_exists(#pk)")
        self._once([gone, resized(base, person, -1), Delete(keys.on_roster(base, person))])

    def aged_out(self, base: str, person: str, chain: str, now: int) -> None:
        """Count out a contact that DynamoDB has removed, once however often that is told."""
        mark = Put(
            keys.aged_out(base, chain or person),
            {"type": "aged_out", "v": 1, "ttl": (now + _TOLD_AGAIN) // SECOND},
            "attribute_not_exists(pk)",
        )
        self._once([mark, resized(base, person, -1), Delete(keys.on_roster(base, person))])

    def _once(self, writes: list[Delete | Put | Update]) -> None:
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise


def resized(base: str, thing: str, by: int) -> Update:
    """The write that changes a base's size; `thing` chooses the shard."""
    return Update(
        (keys.base_size(base), str(zlib.crc32(thing.encode()) % keys.COUNTER_SHARDS)),
        "SET #type = :type, #v = :v ADD #contacts :by",
        {"type": "base_size", "v": 1, "by": by},
    )
