"""The one table: what is absent, what is retried, and what an error becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws.boto import calls_through
from chalicelib.clock import SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update
from tests.support.faults import FaultyClient, LosingPuts, Plan, at_operation, refusal
from tests.support.world import World

KEY = ("pk", "sk")
NEW = "attribute_not_exists(pk)"


def table(world: World, plan: Plan | None = None) -> Table:
    client = FaultyClient(world.dynamodb, plan or (lambda _operation, _number: None))
    return Table(calls_through(client), world.table, world.clock)


def in_the_way(times: int) -> Plan:
    return lambda operation, number: "conflict" if operation == "transact_write_items" and number < times else None


def test_an_item_whose_time_is_over_is_absent_to_every_read(world: World) -> None:
    store, now_s = table(world), world.clock.now() // SECOND
    store.put(Put(("pk", "past"), {"ttl": now_s}))
    store.put(Put(("pk", "alive"), {"ttl": now_s + 1}))

    assert store.get(("pk", "past")) is None
    assert store.get(("pk", "alive")) is not None
    assert set(store.get_many([("pk", "past"), ("pk", "alive")])) == {("pk", "alive")}
    assert [item["sk"] for item in store.query("pk")] == ["alive"]
    world.clock.advance(SECOND)
    assert list(store.query("pk")) == []


def test_an_answer_asks_what_time_it_is_once_and_only_where_something_in_it_ends(world: World) -> None:
    asked: list[int] = []

    class Asked:
        def now(self) -> int:
            asked.append(now := world.clock.now())
            return now

    store = Table(calls_through(world.dynamodb), world.table, Asked())
    now_s = world.clock.now() // SECOND
    for number in range(9):
        store.put(Put(("pk", f"{number}"), {"ttl": now_s + number}))
        store.put(Put(("lasting", f"{number}"), {}))
    assert len(list(store.query("lasting"))) == 9 and not asked
    assert len(list(store.query("pk"))) == 8 and len(asked) == 1
    assert len(store.get_many([("pk", f"{number}") for number in range(9)])) == 8 and len(asked) == 2


def test_a_limit_counts_what_is_there(world: World) -> None:
    store, now_s = table(world), world.clock.now() // SECOND
    for number in range(6):
        store.put(Put(("pk", f"{number}"), {"ttl": now_s + (number % 2)}))
    assert [item["sk"] for item in store.query("pk", limit=2)] == ["1", "3"]
    assert [item["sk"] for item in store.query("pk", newest_first=True, limit=2)] == ["5", "3"]


def test_a_query_reads_every_page(world: World) -> None:
    store = table(world)
    store.put_many([Put(("pk", f"{number:03d}"), {"filler": "x" * 40_000}) for number in range(60)])
    assert [item["sk"] for item in store.query("pk")] == [f"{number:03d}" for number in range(60)]


def test_a_prefix_narrows_a_query(world: World) -> None:
    store = table(world)
    for sk in ("EVENT#a", "EVENT#b", "VISITOR"):
        store.put(Put(("pk", sk), {}))
    assert [item["sk"] for item in store.query("pk", "EVENT#")] == ["EVENT#a", "EVENT#b"]


def test_a_transaction_that_was_in_the_way_of_another_is_made_again(world: World) -> None:
    store = table(world, in_the_way(times=3))
    store.transact([Put(KEY, {"n": 1}, NEW)])
    item = store.get(KEY)
    assert item is not None and item["n"] == 1


def test_a_transaction_that_is_always_in_the_way_is_given_up_and_has_not_happened(world: World) -> None:
    store = table(world, in_the_way(times=100))
    with pytest.raises(TransactionRefused) as refused:
        store.transact([Put(KEY, {"n": 1}, NEW)])
    assert refused.value.failed == frozenset()
    assert store.get(KEY) is None


def test_a_condition_that_does_not_hold_is_named_and_not_tried_again(exact_world: World) -> None:
    client = FaultyClient(exact_world.dynamodb, lambda _operation, _number: None)
    store = Table(calls_through(client), exact_world.table, exact_world.clock)
    store.put(Put(KEY, {"n": 1}))
    with pytest.raises(TransactionRefused) as refused:
        store.transact([Put(("other", "sk"), {"n": 2}), Put(KEY, {"n": 2}, NEW)])
    assert refused.value.failed == frozenset({1})
    assert client.calls.count("transact_write_items") == 1
    assert store.get(("other", "sk")) is None


def test_a_conditional_update_that_is_refused_tells_what_it_met(exact_world: World) -> None:
    store = table(exact_world)
    store.put(Put(KEY, {"state": "sent"}))
    change = Update(KEY, "SET #state = :new", {"new": "queued", "old": "scheduled"}, "#state = :old")
    with pytest.raises(ConditionFailed) as refused:
        store.update(change)
    assert refused.value.found == {"pk": "pk", "sk": "sk", "state": "sent"}


def test_a_conditional_update_of_nothing_meets_nothing(exact_world: World) -> None:
    with pytest.raises(ConditionFailed) as refused:
        table(exact_world).update(Update(KEY, "SET #n = :n", {"n": 1}, "attribute_exists(#pk)"))
    assert refused.value.found is None


@pytest.mark.parametrize("fault", ["unavailable", "answer_lost"])
def test_an_error_of_the_service_means_try_again(world: World, fault: Any) -> None:
    store = table(world, at_operation("get_item", fault))
    with pytest.raises(StorageUnavailable):
        store.get(KEY)


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "AccessDeniedException"])
def test_an_error_is_known_by_its_code_and_quotes_nothing(world: World, code: str) -> None:
    class Refusing:
        def put_item(self, **_request: Any) -> Any:
            raise refusal("PutItem", code)

    with pytest.raises(StorageUnavailable, match=f"^{code}$"):
        Table(calls_through(Refusing()), world.table, world.clock).put(Put(KEY, {"phone": "secret"}))


def test_what_a_batch_leaves_out_is_sent_again(world: World) -> None:
    turns: Iterator[bool] = iter([True, True, False])
    losing = LosingPuts(world.dynamodb, lambda _item: next(turns))
    assert Table(calls_through(losing), world.table, world.clock).put_many([Put(KEY, {"n": 1})]) == []
    assert table(world).get(KEY) is not None


def test_what_a_batch_never_takes_is_named(world: World) -> None:
    puts = [Put(("pk", f"{number:03d}"), {}) for number in range(60)]
    losing = LosingPuts(world.dynamodb, lambda item: item["sk"]["S"] in {"007", "042"})
    left = Table(calls_through(losing), world.table, world.clock).put_many(puts)
    assert [put.key[1] for put in left] == ["007", "042"]
    assert len(list(table(world).query("pk"))) == 58


def test_a_batch_read_that_is_never_completed_is_an_error(world: World) -> None:
    class Withholding:
        def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803
            return {"Responses": {}, "UnprocessedKeys": RequestItems}

    with pytest.raises(StorageUnavailable):
        Table(calls_through(Withholding()), world.table, world.clock).get_many([KEY])


def test_a_batch_of_nothing_asks_nobody(world: World) -> None:
    asked: list[str] = []
    assert table(world, lambda operation, _number: asked.append(operation)).get_many([]) == {}
    assert asked == [], "DynamoDB refuses an empty batch"
