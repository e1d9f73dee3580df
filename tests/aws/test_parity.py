"""The table says the same through either client: boto3's and the lean one, on DynamoDB Local."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.boto import calls_through
from chalicelib.aws.calls import Call, CallRefused
from chalicelib.aws.lean import LeanClient
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Update, Write
from chalicelib.vault import secrets_reader
from tests.local.dynamodb_local import DynamoDBLocal
from tests.support.scripted import answer, scripted
from tests.support.world import World, access

KEY, OTHER = ("pk", "sk"), ("pk", "sk2")
NEW = "attribute_not_exists(pk)"
VALUES: dict[str, Any] = {
    "text": 'é🙂\u2028"\\',
    "zero": 0,
    "big": -(10**37),
    "yes": True,
    "bytes": b"\x00\xff",
    "empty": b"",
    "list": ["", 1, {"a": [None]}, b"B"],
    "B": {"B": "no bytes", "S": {"B": 1}},
    "N": "1",
    "map": {},
}

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["B", "S", "a"]), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(params=["boto3", "lean"])
def call(request: pytest.FixtureRequest, exact_world: World, database: DynamoDBLocal) -> Call:
    return (
        LeanClient("dynamodb", access(database.endpoint_url))
        if request.param == "lean"
        else calls_through(exact_world.dynamodb)
    )


@pytest.fixture
def table(call: Call, exact_world: World) -> Table:
    return Table(call, exact_world.table, exact_world.clock)


def test_every_kind_of_value_comes_back(table: Table) -> None:
    table.put(Put(KEY, VALUES))
    assert table.get(KEY) == {"pk": "pk", "sk": "sk"} | VALUES
    assert table.get_many([KEY, OTHER]) == {KEY: {"pk": "pk", "sk": "sk"} | VALUES}
    assert list(table.query("pk")) == [{"pk": "pk", "sk": "sk"} | VALUES]


@given(st.dictionaries(st.sampled_from(["B", "a", "b"]), values, max_size=3))
def test_any_value_is_read_the_same(exact_world: World, database: DynamoDBLocal, item: dict[str, Any]) -> None:
    tables = [
        Table(call, exact_world.table, exact_world.clock)
        for call in (LeanClient("dynamodb", access(database.endpoint_url)), calls_through(exact_world.dynamodb))
    ]
    for writer in tables:
        writer.put(Put(KEY, item))
        assert tables[0].get(KEY) == tables[1].get(KEY)


def test_the_largest_item_comes_back(table: Table) -> None:
    table.put(Put(KEY, {"text": "x" * 390_000}))
    found = table.get(KEY)
    assert found is not None
    assert len(found["text"]) == 390_000


def test_an_update_gives_the_new_item_and_its_condition_the_old(table: Table) -> None:
    first = Update(KEY, "SET #n = :n", {"n": 1}, NEW)
    assert table.update(first, returning="ALL_NEW") == {"pk": "pk", "sk": "sk", "n": 1}
    with pytest.raises(ConditionFailed) as failed:
        table.update(first)
    assert failed.value.found == {"pk": "pk", "sk": "sk", "n": 1}
    with pytest.raises(ConditionFailed) as failed:
        table.update(Update(OTHER, "SET #n = :n", {"n": 1}, "attribute_exists(#pk)"))
    assert failed.value.found is None


def test_a_transaction_says_which_of_its_conditions_failed(table: Table) -> None:
    table.transact([Put(KEY, {}, NEW), Put(OTHER, {}, NEW)])
    with pytest.raises(TransactionRefused) as refused:
        table.transact([Delete(KEY), Put(OTHER, {}, NEW)])
    assert refused.value.failed == {1}
    assert table.get(KEY) is not None


def test_a_batch_is_written(table: Table) -> None:
    assert table.put_many([Put(("pk", f"{number:03d}"), {"n": number}) for number in range(60)]) == []
    assert [item["n"] for item in table.query("pk")] == list(range(60))


def test_a_table_that_is_not_there_is_unavailable(call: Call, exact_world: World) -> None:
    absent = Table(call, "absent", exact_world.clock)
    for attempt in (lambda: absent.get(KEY), lambda: absent.put_many([Put(KEY, {})])):
        with pytest.raises(StorageUnavailable, match="ResourceNotFoundException"):
            attempt()


def test_what_is_malformed_is_refused(call: Call, exact_world: World) -> None:
    with pytest.raises(CallRefused) as refused:
        call("GetItem", {"TableName": exact_world.table, "Key": {"pk": {"S": "pk"}}})
    assert refused.value.code == "ValidationException"


def test_a_secret_is_read() -> None:
    """As SSM answers; a secret that is not there is no storage's."""
    told = {"Parameter": {"Name": "/keys/identifiers", "Value": '{"B": "x"}'}}
    refused = {"__type": "ParameterNotFound"}
    with scripted(answer(told), answer(refused, 400)) as server:
        read = secrets_reader(lambda: client, "/keys")
        client = LeanClient("ssm", access(server.url))
        assert read("identifiers") == '{"B": "x"}'
        with pytest.raises(StorageUnavailable, match="secret private: ParameterNotFound"):
            read("private")
    assert "X-Amz-Target: AmazonSSM.GetParameter\r\n" in server.requests[0][0]
    assert "Content-Type: application/x-amz-json-1.1\r\n" in server.requests[0][0]


@given(st.dictionaries(st.sampled_from(["B", "a", "b"]), values, max_size=3), st.text(max_size=20))
def test_a_transaction_that_is_text_writes_the_same(
    exact_world: World, database: DynamoDBLocal, item: dict[str, Any], text: str
) -> None:
    for call in (LeanClient("dynamodb", access(database.endpoint_url)), calls_through(exact_world.dynamodb)):
        writer = Table(call, exact_world.table, exact_world.clock)
        writes: list[Write] = [Put(KEY, item), Update(OTHER, "SET #t = :t", {"t": text})]
        writer.transact(writes)
        found = writer.get_many([KEY, OTHER])
        writer.transact([Delete(KEY), Delete(OTHER)])
        writer.transact_texts([writer.text_of(writes)])
        assert writer.get_many([KEY, OTHER]) == found


def test_a_transaction_that_is_text_says_which_of_its_conditions_failed(table: Table) -> None:
    table.put(Put(OTHER, {}))
    with pytest.raises(TransactionRefused) as refused:
        table.transact_texts([table.text_of([Put(KEY, {}, NEW)]), table.text_of([Put(OTHER, {}, NEW)])])
    assert refused.value.failed == {1}
    assert table.get(KEY) is None


def test_a_client_that_checks_its_parameters_sends_texts_too(exact_world: World, database: DynamoDBLocal) -> None:
    """As the command line's does."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=database.endpoint_url,
        region_name="eu-west-3",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    table = Table(calls_through(client), exact_world.table, exact_world.clock)
    table.transact_texts([table.text_of([Put(KEY, VALUES)])])
    table.transact([Put(OTHER, VALUES)])
    assert table.get(KEY) == {"pk": "pk", "sk": "sk"} | VALUES
    assert table.get(OTHER) == {"pk": "pk", "sk": "sk2"} | VALUES
