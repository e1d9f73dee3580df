"""The one table: a thin, typed edge over DynamoDB's calls.

Expressions are written with `#name` and `:value`; the names are derived from the expression, so `#state` stands for
the attribute `state`. An item whose `ttl` has passed is absent, even while DynamoDB still holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from chalicelib.aws.calls import Call, CallRefused
from chalicelib.clock import SECOND, Clock
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.storage.codec import Item, Value, decode_item, encode, encode_item
from chalicelib.storage.keys import Key

_NAME = re.compile(r"#(\w+)")
_BATCH_WRITE = 25
_LONGEST_PK, _LONGEST_SK = 2_048, 1_024
_BATCH_ROUNDS = 4
_CONFLICT_ROUNDS = 4
_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class ConditionFailed(RelanceError):
    """A conditional write met another state of the item. `found` is that state, None where there is no item."""

    def __init__(self, found: Item | None = None) -> None:
        super().__init__("the item is not in the state that the write expects")
        self.found = found


class TransactionRefused(RelanceError):
    """A transaction did not happen. `failed` are the positions of the writes whose condition did not hold.

    It is empty where another transaction was in the way: nothing is known then, and trying again is right.
    """

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"conditions failed at {sorted(failed)}" if failed else "in the way of another transaction")
        self.failed = failed


# Writes are named tuples: an import makes five for each row, and they are made in a third of a frozen dataclass's time.


class Put(NamedTuple):
    """Write a whole item."""

    key: Key
    item: Mapping[str, Value]
    condition: str | None = None
    values: Mapping[str, Value] = _NOTHING


class Update(NamedTuple):
    """Change an item by an update expression."""

    key: Key
    expression: str
    values: Mapping[str, Value] = _NOTHING
    condition: str | None = None
    names: Mapping[str, str] = _NOTHING
    """Only for attributes whose name is not a word, such as `drop.no_consent`."""


class Delete(NamedTuple):
    """Remove an item."""

    key: Key
    condition: str | None = None
    values: Mapping[str, Value] = _NOTHING


Write = Put | Update | Delete


class Table:
    """Reads and writes of the one table."""

    def __init__(self, call: Call, name: str, clock: Clock) -> None:
        self._call_service = call
        self._name = name
        self._clock = clock

    def get(self, key: Key, *, consistent: bool = True, expired: bool = False) -> Item | None:
        """One item, or None. With `expired`, also one whose time is over and that is not removed yet."""
        if len(key[0].encode()) > _LONGEST_PK or len(key[1].encode()) > _LONGEST_SK:
            return None  # DynamoDB calls such a key invalid; to who asks, there is no such thing.
        answer = self._call("GetItem", {"TableName": self._name, "Key": _key(key), "ConsistentRead": consistent})
        if expired and "Item" in answer:
            return decode_item(answer["Item"])
        return self._alive(answer.get("Item"))

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Up to 100 items in one call, read consistently; absent ones are left out. No keys: no call."""
        wanted = [_key(key) for key in dict.fromkeys(keys)]
        if not wanted:
            return {}  # DynamoDB refuses an empty batch.
        pending: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
        found: dict[Key, Item] = {}
        for _ in range(_BATCH_ROUNDS):
            answer = self._call("BatchGetItem", {"RequestItems": pending})
            for raw in answer["Responses"].get(self._name, []):
                if item := self._alive(raw):
                    found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys")
            if not pending:
                return found
        raise StorageUnavailable("a batch read was not completed")

    def put(self, put: Put) -> None:
        """Write one item; ConditionFailed where its condition does not hold."""
        self._call("PutItem", {"TableName": self._name, **_put(put)})

    def put_many(self, puts: list[Put]) -> list[Put]:
        """Write items unconditionally, 25 a call. Returns those that could not be stored."""
        left: list[Put] = []
        for start in range(0, len(puts), _BATCH_WRITE):
            left += self._put_batch(puts[start : start + _BATCH_WRITE])
        return left

    def update(self, update: Update, *, returning: Literal["NONE", "ALL_NEW"] = "NONE") -> Item:
        """Change one item; ConditionFailed where its condition does not hold."""
        answer = self._call(
            "UpdateItem",
            {
                "TableName": self._name,
                "ReturnValues": returning,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD" if update.condition else "NONE",
                **_update(update),
            },
        )
        return decode_item(answer.get("Attributes", {}))

    def delete(self, delete: Delete) -> None:
        """Remove one item, if it is there; ConditionFailed where its condition does not hold."""
        self._call("DeleteItem", {"TableName": self._name, **_delete(delete)})

    def transact(self, writes: Sequence[Write]) -> None:
        """Make all writes or none; TransactionRefused tells which conditions failed.

        The client gives each call a token, so that its own retry of a lost answer changes nothing.
        """
        items: list[Any] = [_transact_item(self._name, write) for write in writes]
        for attempt in range(_CONFLICT_ROUNDS):
            try:
                self._call("TransactWriteItems", {"TransactItems": items})
            except TransactionRefused as refused:
                if refused.failed or attempt == _CONFLICT_ROUNDS - 1:
                    raise
            else:
                return

    def keys_of(self, pk: str) -> list[Key]:
        """The keys of everything in a partition, also of what has aged out and is not removed yet."""
        return [(item["pk"], item["sk"]) for item in self.query(pk, expired=True)]

    def query(
        self,
        pk: str,
        sk_prefix: str = "",
        *,
        newest_first: bool = False,
        limit: int | None = None,
        expired: bool = False,
    ) -> Iterator[Item]:
        """Items of a partition in the order of their sort key, read consistently, page by page."""
        condition, values = "#pk = :pk", {":pk": {"S": pk}}
        if sk_prefix:
            condition, values = condition + " AND begins_with(#sk, :sk)", values | {":sk": {"S": sk_prefix}}
        request: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": _names(condition),
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        return self._pages(request, limit, expired=expired)

    def query_index(self, index: str, hash_name: str, hash_value: str, range_name: str, until: int) -> Iterator[Item]:
        """Items of an index partition whose range attribute is at most `until`, in its order."""
        condition = f"#{hash_name} = :hash AND #{range_name} <= :until"
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": _names(condition),
            "ExpressionAttributeValues": {":hash": {"S": hash_value}, ":until": {"N": str(until)}},
        }
        return self._pages(request, None)

    def scan(self, segment: int, segments: int, pk_prefix: str = "") -> Iterator[Item]:
        """All items of one of `segments` parts of the table: an operator's job, never a request's."""
        request: dict[str, Any] = {"Segment": segment, "TotalSegments": segments, "ConsistentRead": True}
        if pk_prefix:
            request |= {
                "FilterExpression": "begins_with(#pk, :pk)",
                "ExpressionAttributeNames": {"#pk": "pk"},
                "ExpressionAttributeValues": {":pk": {"S": pk_prefix}},
            }
        while True:
            page = self._call("Scan", {"TableName": self._name, **request})
            for raw in page["Items"]:
                if item := self._alive(raw):
                    yield item
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _pages(self, request: dict[str, Any], limit: int | None, *, expired: bool = False) -> Iterator[Item]:
        if limit is not None:
            request["Limit"] = limit
        given = 0
        while True:
            page = self._call("Query", {"TableName": self._name, **request})
            for raw in page["Items"]:
                if item := decode_item(raw) if expired else self._alive(raw):
                    yield item
                    given += 1
                    if given == limit:
                        return
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _put_batch(self, puts: list[Put]) -> list[Put]:
        pending: Any = {self._name: [{"PutRequest": {"Item": _put(put)["Item"]}} for put in puts]}
        for _ in range(_BATCH_ROUNDS):
            pending = self._call("BatchWriteItem", {"RequestItems": pending}).get("UnprocessedItems")
            if not pending:
                return []
        left = {
            (raw["PutRequest"]["Item"]["pk"]["S"], raw["PutRequest"]["Item"]["sk"]["S"]) for raw in pending[self._name]
        }
        return [put for put in puts if put.key in left]

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._call_service(operation, request)
        except CallRefused as refused:
            raise _refusal(refused) from refused

    def _alive(self, raw: Mapping[str, Any] | None) -> Item | None:
        if raw is None:
            return None
        item = decode_item(raw)
        if "ttl" in item and item["ttl"] * SECOND <= self._clock.now():
            return None
        return item


def _refusal(refused: CallRefused) -> RelanceError:
    """What a refusal is for whoever uses the table."""
    if refused.code == "ConditionalCheckFailedException":
        found = refused.answer.get("Item")
        return ConditionFailed(decode_item(found) if found else None)
    if refused.code == "TransactionCanceledException":
        codes = [reason.get("Code") for reason in refused.answer.get("CancellationReasons", [])]
        if _CONFLICTS.intersection(codes) or "ConditionalCheckFailed" in codes:
            return TransactionRefused(frozenset(i for i, code in enumerate(codes) if code == "ConditionalCheckFailed"))
    if refused.code == "TransactionInProgressException":
        return TransactionRefused(frozenset())
    return StorageUnavailable(refused.code)


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


@lru_cache(maxsize=512)
def _names(*expressions: str | None) -> dict[str, str]:
    """Name placeholders of expressions, which are few and come again and again. The answer is shared: read only."""
    return {f"#{name}": name for text in expressions if text for name in _NAME.findall(text)}


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    return {f":{name}": encode(value) for name, value in values.items()}


def _put(put: Put) -> dict[str, Any]:
    request: dict[str, Any] = {"Item": {**_key(put.key), **encode_item(put.item)}}
    if put.condition:
        request["ConditionExpression"] = put.condition
        if names := _names(put.condition):
            request["ExpressionAttributeNames"] = names
        if put.values:
            request["ExpressionAttributeValues"] = _values(put.values)
    return request


def _update(update: Update) -> dict[str, Any]:
    names = _names(update.expression, update.condition)
    if update.names:
        names = {**names, **{f"#{alias}": name for alias, name in update.names.items()}}
    request: dict[str, Any] = {
        "Key": _key(update.key),
        "UpdateExpression": update.expression,
        "ExpressionAttributeNames": names,
    }
    if update.values:
        request["ExpressionAttributeValues"] = _values(update.values)
    if update.condition:
        request["ConditionExpression"] = update.condition
    return request


def _delete(delete: Delete) -> dict[str, Any]:
    request: dict[str, Any] = {"Key": _key(delete.key)}
    if delete.condition:
        request["ConditionExpression"] = delete.condition
        if names := _names(delete.condition):
            request["ExpressionAttributeNames"] = names
        if delete.values:
            request["ExpressionAttributeValues"] = _values(delete.values)
    return request


def _transact_item(table: str, write: Write) -> dict[str, Any]:
    match write:
        case Put():
            return {"Put": {"TableName": table, **_put(write)}}
        case Update():
            return {"Update": {"TableName": table, **_update(write)}}
        case Delete():
            return {"Delete": {"TableName": table, **_delete(write)}}
