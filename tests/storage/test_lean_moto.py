"""What tests on moto stand on: a transaction that fails leaves everything as it was, and values come back as stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stream import Stream
from tests.support.world import World

THERE = {"pk": {"S": "A"}, "sk": {"S": "1"}, "n": {"N": "1"}, "tags": {"L": [{"S": "one"}]}}


def key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "1"}}


def operations(world: World, condition: str) -> list[dict[str, Any]]:
    """A change, a new item, a removal, then a look that decides."""
    update = {
        "UpdateExpression": "SET n = :two, tags[0] = :other",
        "ExpressionAttributeValues": {":two": {"N": "2"}, ":other": {"S": "other"}},
    }
    return [
        {"Update": {"TableName": world.table, "Key": key("A"), **update}},
        {"Put": {"TableName": world.table, "Item": {**THERE, **key("NEW")}}},
        {"Delete": {"TableName": world.table, "Key": key("OLD")}},
        {"ConditionCheck": {"TableName": world.table, "Key": key("LOOK"), "ConditionExpression": condition}},
    ]


@pytest.fixture
def laid(world: World, stream: Stream) -> World:
    for pk in ("A", "OLD", "LOOK"):
        world.dynamodb.put_item(TableName=world.table, Item={**THERE, **key(pk)})
    stream.new_records()
    return world


def test_one_that_fails_changes_nothing_and_tells_nobody(laid: World, stream: Stream) -> None:
    before = laid.items()
    for _ in range(2):
        with pytest.raises(laid.dynamodb.exceptions.TransactionCanceledException) as refused:
            laid.dynamodb.transact_write_items(TransactItems=operations(laid, "attribute_not_exists(pk)"))
        reasons = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
        assert reasons == ["None", "None", "None", "ConditionalCheckFailed"]
    assert sorted(laid.items(), key=str) == sorted(before, key=str)
    assert stream.new_records() == []


def test_one_that_succeeds_changes_all_and_tells_it(laid: World, stream: Stream) -> None:
    laid.dynamodb.transact_write_items(TransactItems=operations(laid, "attribute_exists(pk)"))
    assert {item["pk"]: (item["n"], item["tags"]) for item in laid.items() if item["pk"] in ("A", "NEW", "OLD")} == {
        "A": (2, ["other"]),
        "NEW": (1, ["one"]),
    }
    assert [record["eventName"] for record in stream.new_records()] == ["MODIFY", "INSERT", "REMOVE"]


def test_a_request_that_is_refused_as_a_whole_changes_nothing(laid: World, stream: Stream) -> None:
    before = laid.items()
    twice = [{"Delete": {"TableName": laid.table, "Key": key("A")}}] * 2
    with pytest.raises(laid.dynamodb.exceptions.ClientError):
        laid.dynamodb.transact_write_items(TransactItems=twice)
    assert sorted(laid.items(), key=str) == sorted(before, key=str)
    assert stream.new_records() == []


def test_values_of_every_kind_come_back_as_they_were_stored(world: World) -> None:
    item = key("ALL") | {
        "text": {"S": ""},
        "number": {"N": "-1.50"},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
        "nothing": {"NULL": True},
        "bytes": {"B": b"\x00\xff"},
        "list": {"L": [{"S": "a"}, {"N": "2"}, {"M": {"deep": {"B": b"b"}}}]},
        "map": {"M": {"S": {"S": "a name like a type"}, "empty": {"M": {}}}},
        "set": {"SS": ["a", "b"]},
        "blobs": {"BS": [b"one"]},
    }
    world.dynamodb.put_item(TableName=world.table, Item=item)
    assert world.dynamodb.get_item(TableName=world.table, Key=key("ALL"))["Item"] == item
    assert world.dynamodb.query(
        TableName=world.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "ALL"}}
    )["Items"] == [item]
