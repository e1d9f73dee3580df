"""The one table: a thin, typed edge over DynamoDB's calls.

Expressions are written with `#name` and `:value`; the names are derived from the expression, so `#state` stands for
the attribute `state`. An item whose `ttl` has passed is absent, even while DynamoDB still holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from chalicelib.aws.calls import Call, CallRefused
from chalicelib.clock import SECOND, Clock
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.storage.codec import Item, Value, decode_item
from chalicelib.storage.daybook import is_noted, lines_of
from chalicelib.storage.forms import Form, as_text
from chalicelib.storage.keys import LISTED_INDEX, Key
from chalicelib.storage.writes import (
    Check,
    Delete,
    Put,
    Update,
    Write,
    encode_delete,
    encode_key,
    encode_put,
    encode_update,
    encode_write,
    names_in,
)

__all__ = ["Check", "ConditionFailed", "Delete", "Put", "Table", "TransactionRefused", "Update", "Write"]

_BATCH_WRITE = 25
_LONGEST_PK, _LONGEST_SK = 2_048, 1_024
_BATCH_ROUNDS = 4
_CONFLICT_ROUNDS = 4
_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


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
        answer = self._call("GetItem", {"TableName": self._name, "Key": encode_key(key), "ConsistentRead": consistent})
        if expired and "Item" in answer:
            return decode_item(answer["Item"])
        return next(self._alive([answer["Item"]]), None) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Up to 100 items in one call, read consistently; absent ones are left out. No keys: no call."""
        wanted = [encode_key(key) for key in dict.fromkeys(keys)]
        if not wanted:
            return {}  # DynamoDB refuses an empty batch.
        pending: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
        found: dict[Key, Item] = {}
        for _ in range(_BATCH_ROUNDS):
            answer = self._call("BatchGetItem", {"RequestItems": pending})
            for item in self._alive(answer["Responses"].get(self._name, [])):
                found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys")
            if not pending:
                return found
        raise StorageUnavailable("a batch read was not completed")

    def put(self, put: Put) -> None:
        """Write one item; ConditionFailed where its condition does not hold."""
        self._call("PutItem", {"TableName": self._name, **encode_put(put)})

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
                **encode_update(update),
            },
        )
        return decode_item(answer.get("Attributes", {}))

    def delete(self, delete: Delete) -> None:
        """Remove one item, if it is there; ConditionFailed where its condition does not hold."""
        self._call("DeleteItem", {"TableName": self._name, **encode_delete(delete)})

    def transact(self, writes: Sequence[Write]) -> None:
        """Make all writes or none; TransactionRefused tells which conditions failed.

        What they tell goes into the daybook with them. The client gives each call a token, so that its own retry of a
        lost answer changes nothing.
        """
        if is_noted(writes):  # Last, so that the positions of what may be refused stay what they are.
            writes = [*writes, *lines_of(writes, self._clock.now())]
        items: list[Any] = [encode_write(self._name, write) for write in writes]
        self._transact(lambda: {"TransactItems": items})

    def transact_texts(self, texts: Sequence[str]) -> None:
        """The same for writes that are the text of their requests already (`text_of`, `form`)."""
        items = ",".join(texts)
        self._transact(lambda: f'{{"ClientRequestToken":"{random_token()}","TransactItems":[{items}]}}')

    def text_of(self, writes: Sequence[Write]) -> str:
        """Writes as `transact_texts` takes them."""
        return as_text(self._name, writes)

    def form(self, writes: Sequence[Write], holes: Mapping[str, Value]) -> Form:
        """Writes of this table that will be made again and again, with other values in their holes."""
        return Form(self._name, writes, holes)

    def _transact(self, request: Callable[[], Mapping[str, Any] | str]) -> None:
        for attempt in range(_CONFLICT_ROUNDS):
            try:
                self._call("TransactWriteItems", request())
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
        after: str = "",
    ) -> Iterator[Item]:
        """Items of a partition in the order of their sort key (those behind `after`), read consistently, by pages."""
        condition, values = "#pk = :pk", {":pk": {"S": pk}}
        if sk_prefix:
            condition, values = condition + " AND begins_with(#sk, :sk)", values | {":sk": {"S": sk_prefix}}
        request: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names_in(condition),
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        if after:
            request["ExclusiveStartKey"] = encode_key((pk, after))
        return self._pages(request, limit, expired=expired)

    def query_index(self, index: str, hash_name: str, hash_value: str, range_name: str, until: int) -> Iterator[Item]:
        """Items of an index partition whose range attribute is at most `until`, in its order."""
        condition = f"#{hash_name} = :hash AND #{range_name} <= :until"
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names_in(condition),
            "ExpressionAttributeValues": {":hash": {"S": hash_value}, ":until": {"N": str(until)}},
        }
        return self._pages(request, None)

    def page_of_list(
        self, name: str, since: str, upper: str, *, like: Mapping[str, str], limit: int | None
    ) -> tuple[list[Item], str | None]:
        """One call's part of a list (storage/lists.py), from `upper` back to `since`; and where it broke off, if so.

        Items have the index's attributes only, and those that are not `like` it are left out.
        """
        condition, filtered = "#listed = :listed AND #listed_place BETWEEN :since AND :upper", list(like)
        values = {"listed": name, "since": since, "upper": upper} | {f"like_{each}": like[each] for each in filtered}
        alike = " AND ".join(f"#{each} = :like_{each}" for each in filtered)
        request: dict[str, Any] = {
            "TableName": self._name,
            "IndexName": LISTED_INDEX,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names_in(condition, alike),
            "ExpressionAttributeValues": {f":{each}": {"S": value} for each, value in values.items()},
            "ScanIndexForward": False,
        }
        if alike:
            request["FilterExpression"] = alike
        if limit is not None:
            request["Limit"] = limit
        page = self._call("Query", request)
        left = page.get("LastEvaluatedKey")
        return [decode_item(raw) for raw in page["Items"]], left["listed_place"]["S"] if left else None

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
            yield from self._alive(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _pages(self, request: dict[str, Any], limit: int | None, *, expired: bool = False) -> Iterator[Item]:
        if limit is not None:
            request["Limit"] = limit
        given = 0
        while True:
            page = self._call("Query", {"TableName": self._name, **request})
            for item in map(decode_item, page["Items"]) if expired else self._alive(page["Items"]):
                yield item
                given += 1
                if given == limit:
                    return
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _put_batch(self, puts: list[Put]) -> list[Put]:
        pending: Any = {self._name: [{"PutRequest": {"Item": encode_put(put)["Item"]}} for put in puts]}
        for _ in range(_BATCH_ROUNDS):
            pending = self._call("BatchWriteItem", {"RequestItems": pending}).get("UnprocessedItems")
            if not pending:
                return []
        left = {
            (raw["PutRequest"]["Item"]["pk"]["S"], raw["PutRequest"]["Item"]["sk"]["S"]) for raw in pending[self._name]
        }
        return [put for put in puts if put.key in left]

    def _call(self, operation: str, request: Mapping[str, Any] | str) -> dict[str, Any]:
        try:
            return self._call_service(operation, request)
        except CallRefused as refused:
            raise _refusal(refused) from refused

    def _alive(self, answered: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
        """The items of one answer whose time is not over.

        What time it is, is asked once an answer, and only where something in it ends: a clock may cost a read
        (storage/movable_clock.py).
        """
        now: int | None = None
        for raw in answered:
            item = decode_item(raw)
            if "ttl" in item:
                now = self._clock.now() if now is None else now
                if item["ttl"] * SECOND <= now:
                    continue
            yield item


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
