"""Writes of items, and how DynamoDB's requests say them.

Expressions are written with `#name` and `:value`; the names are derived from the expression, so `#state` stands for
the attribute `state`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.storage.codec import Value, encode, encode_item
from chalicelib.storage.keys import Key

_NAME = re.compile(r"#(\w+)")
_NOTHING: Mapping[str, Any] = MappingProxyType({})

# Writes are named tuples: an import makes five for each row, and they are made in a third of a frozen dataclass's time.


class Noted(NamedTuple):
    """What the daybook notes of a write, where it is made in a transaction (storage/daybook.py)."""

    owner: str
    scope: str
    at: int
    by: Mapping[str, int]
    record: str = ""
    """The id of what it is about, where it has one that names nobody."""
    message: str = ""
    """The message that it is about, or came of."""


class Put(NamedTuple):
    """Write a whole item."""

    key: Key
    item: Mapping[str, Value]
    condition: str | None = None
    values: Mapping[str, Value] = _NOTHING
    notes: Noted | None = None


class Update(NamedTuple):
    """Change an item by an update expression."""

    key: Key
    expression: str
    values: Mapping[str, Value] = _NOTHING
    condition: str | None = None
    names: Mapping[str, str] = _NOTHING
    """Only for attributes whose name is not a word, such as `drop.no_consent`."""
    notes: Noted | None = None


class Delete(NamedTuple):
    """Remove an item."""

    key: Key
    condition: str | None = None
    values: Mapping[str, Value] = _NOTHING


class Check(NamedTuple):
    """Change nothing, and let no transaction happen unless an item is in some state."""

    key: Key
    condition: str
    values: Mapping[str, Value] = _NOTHING


Write = Put | Update | Delete | Check


def encode_key(key: Key) -> dict[str, Any]:
    """A key as a request has it."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


@lru_cache(maxsize=512)
def names_in(*expressions: str | None) -> dict[str, str]:
    """Name names_in of expressions, which are few and come again and again. The answer is shared: read only."""
    return {f"#{name}": name for text in expressions if text for name in _NAME.findall(text)}


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    return {f":{name}": encode(value) for name, value in values.items()}


def encode_put(put: Put) -> dict[str, Any]:
    """A put's part of a request."""
    request: dict[str, Any] = {"Item": {**encode_key(put.key), **encode_item(put.item)}}
    if put.condition:
        request["ConditionExpression"] = put.condition
        if names := names_in(put.condition):
            request["ExpressionAttributeNames"] = names
        if put.values:
            request["ExpressionAttributeValues"] = _values(put.values)
    return request


def encode_update(update: Update) -> dict[str, Any]:
    """An update's part of a request."""
    names = names_in(update.expression, update.condition)
    if update.names:
        names = {**names, **{f"#{alias}": name for alias, name in update.names.items()}}
    request: dict[str, Any] = {
        "Key": encode_key(update.key),
        "UpdateExpression": update.expression,
        "ExpressionAttributeNames": names,
    }
    if update.values:
        request["ExpressionAttributeValues"] = _values(update.values)
    if update.condition:
        request["ConditionExpression"] = update.condition
    return request


def encode_delete(delete: Delete) -> dict[str, Any]:
    """A delete's part of a request."""
    request: dict[str, Any] = {"Key": encode_key(delete.key)}
    if delete.condition:
        request["ConditionExpression"] = delete.condition
        if names := names_in(delete.condition):
            request["ExpressionAttributeNames"] = names
        if delete.values:
            request["ExpressionAttributeValues"] = _values(delete.values)
    return request


def encode_check(check: Check) -> dict[str, Any]:
    """A check's part of a request."""
    return encode_delete(Delete(check.key, check.condition, check.values))


def encode_write(table: str, write: Write) -> dict[str, Any]:
    """A write as one item of a transaction on a table."""
    match write:
        case Put():
            return {"Put": {"TableName": table, **encode_put(write)}}
        case Update():
            return {"Update": {"TableName": table, **encode_update(write)}}
        case Delete():
            return {"Delete": {"TableName": table, **encode_delete(write)}}
        case Check():
            return {"ConditionCheck": {"TableName": table, **encode_check(write)}}
