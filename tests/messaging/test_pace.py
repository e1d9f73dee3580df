"""How fast SMS may leave."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.clock import SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.messaging.pace import Limits, Pace, wait_s
from chalicelib.storage.allowances import Allowances
from tests.support.faults import FaultyClient, at_operation
from tests.support.world import World


def pace(world: World, limits: Limits) -> Pace:
    return Pace(Allowances(world.services.table), limits, world.clock)


def test_nothing_limits_what_has_no_limit(world: World) -> None:
    unlimited = pace(world, Limits())
    assert all(unlimited.take("outbox", "36123") for _ in range(200)) and world.of_type("allowance") == []


def test_a_second_is_full_and_the_next_is_not(world: World) -> None:
    three = pace(world, Limits(by_provider=3))
    assert [three.take("outbox", "36123") for _ in range(5)] == [True] * 3 + [False] * 2
    world.clock.advance(SECOND)
    assert three.take("outbox", "36123")


def test_a_senders_own_limit_leaves_the_others_alone(world: World) -> None:
    both = pace(world, Limits(by_provider=100, by_sender=1))
    assert [both.take("outbox", sender) for sender in ("36123", "36123", "LUMEN")] == [True, False, True]


def test_a_block_is_one_write(world: World) -> None:
    hundred = pace(world, Limits(by_provider=100))
    for _ in range(10):
        hundred.take("outbox", "36123")
    assert [item["leased"] for item in world.of_type("allowance")] == [10]


def test_what_cannot_be_asked_lets_nothing_leave(world: World) -> None:
    worker = world.worker(FaultyClient(world.dynamodb, at_operation("update_item", "unavailable")))
    with pytest.raises(StorageUnavailable):
        Pace(Allowances(worker.table), Limits(by_provider=5), world.clock).take("outbox", "36123")


def test_no_second_lets_one_too_many_through(new_exact_world: Callable[[], World]) -> None:
    world = new_exact_world()
    workers = [
        Pace(Allowances(world.worker(world.own_client()).table), Limits(by_provider=23), world.clock) for _ in range(8)
    ]
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda n: workers[n % 8].take("outbox", "36123"), range(120)))
    assert 16 <= sum(taken) <= 23  # what a worker has leased and does not use is lost


def test_orders_that_wait_come_back_apart() -> None:
    waits = {wait_s(f"msg_{n}", 1) for n in range(500)}
    assert min(waits) == 1 and max(waits) == 60 and len(waits) == 60
