"""moto, without two things that it does for every table and every service, and that a test waits for.

- Before each operation of a transaction it copies the whole table with its stream, to have something to go back to.
  What a transaction can change is known from its keys: here these items are copied, once, and put back if it fails.
- It writes an answer by looking each member of each value up under several names. A plain value of DynamoDB has one
  member, under the name that it was stored with: here it is taken as it is.

All else, conditions and what is refused included, is moto's own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_PLAIN = {"S": str, "N": str, "BOOL": bool, "NULL": bool}

_transact: Callable[[DynamoDBBackend, list[dict[str, Any]]], None] = DynamoDBBackend.transact_write_items
_serialize: Callable[[BaseJSONSerializer, Any, Any, StructureShape, str], None] = (
    BaseJSONSerializer._serialize_type_structure
)


def install() -> None:
    """Let moto go the short ways, in this process."""
    BaseJSONSerializer._serialize_type_structure = _serialize_type_structure  # type: ignore[method-assign,assignment]
    Table.__deepcopy__ = lambda table, _memo: table  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[method-assign,assignment]


def _serialize_type_structure(
    serializer: BaseJSONSerializer, serialized: Any, value: Any, shape: StructureShape, key: str
) -> None:
    if shape.name == "AttributeValue" and type(value) is dict and len(value) == 1:
        ((kind, content),) = value.items()
        if kind in _PLAIN:
            serialized[key] = {kind: _PLAIN[kind](content)}
            return
    _serialize(serializer, serialized, value, shape, key)


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    kept = [_Kept(backend.tables[op["TableName"]], op) for op in _operations(backend, transact_items)]
    try:
        _transact(backend, transact_items)
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
