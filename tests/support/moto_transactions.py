"""Transactions on moto at their own cost, and not at the table's.

Before each operation of a transaction moto copies the whole table with its stream, to have something to go back to: in
a world with some hundreds of items that was most of a test's time. What a transaction can change is known from its
keys: here these items are copied, once, and put back where the transaction fails. All else is moto's own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_moto: Callable[[DynamoDBBackend, list[dict[str, Any]]], None] = DynamoDBBackend.transact_write_items


def install() -> None:
    """Let every backend of this process keep what a transaction touches, instead of everything."""
    Table.__deepcopy__ = lambda table, _memo: table  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[method-assign,assignment]


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    kept = [_Kept(backend.tables[op["TableName"]], op) for op in _operations(backend, transact_items)]
    try:
        _moto(backend, transact_items)
    except Exception:
        for one in reversed(kept):
            one.put_back()
        raise


def _operations(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that name a table that is there: what moto says to others is its own affair."""
    return [op for item in transact_items for op in item.values() if op.get("TableName") in backend.tables]


class _Kept:
    """One item and the length of its table's stream, as they were."""

    def __init__(self, table: Table, operation: dict[str, Any]) -> None:
        key = operation.get("Key") or operation["Item"]
        self._table = table
        self._hash = DynamoType(key[table.hash_key_attr])
        self._range = DynamoType(key[table.range_key_attr or ""])
        self._item = copy.deepcopy(table.items.get(self._hash, {}).get(self._range))
        self._told = len(table.stream_shard.items) if table.stream_shard else 0

    def put_back(self) -> None:
        ranges = self._table.items[self._hash]
        if self._item is None:
            ranges.pop(self._range, None)
        else:
            ranges[self._range] = self._item
        if self._table.stream_shard:
            del self._table.stream_shard.items[self._told :]
