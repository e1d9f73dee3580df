"""What an advertiser may spend in a day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.errors import StorageUnavailable
from chalicelib.messaging.budget import Budget, day_of
from chalicelib.sms_providers.prices import Money
from chalicelib.storage.allowances import Allowances
from tests.support.faults import FaultyClient, at_operation
from tests.support.world import NOON, World

TEN_EUROS, SMS = Money(10_000_000, "EUR"), Money(45_000, "EUR")


def budget(world: World) -> Budget:
    return Budget(Allowances(world.services.table))


def spent(budget: Budget, times: int, price: Money | None = SMS, now: int = NOON) -> list[str | None]:
    return [budget.spend("adv_1", TEN_EUROS, price, now) for _ in range(times)]


def test_a_day_holds_what_it_costs_and_no_cent_more(world: World) -> None:
    assert spent(budget(world), 223) == [None] * 222 + ["budget_spent"]


def test_the_next_day_has_a_budget_of_its_own(world: World) -> None:
    day = budget(world)
    assert spent(day, 1, TEN_EUROS) == [None] and spent(day, 1) == ["budget_spent"]
    assert spent(day, 1, now=NOON + DAY) == [None]
    assert day.spend("adv_2", TEN_EUROS, SMS, NOON) is None


def test_what_did_not_leave_can_be_spent_again(world: World) -> None:
    day = budget(world)
    assert spent(day, 1, TEN_EUROS) == [None]
    day.give_back("adv_1", TEN_EUROS, TEN_EUROS, NOON)
    assert spent(day, 223)[-2:] == [None, "budget_spent"]


def test_a_price_that_nobody_knows_is_not_affordable(world: World) -> None:
    assert spent(budget(world), 1, None) == ["price_unknown"]
    assert spent(budget(world), 1, Money(1, "USD")) == ["price_unknown"]
    assert budget(world).spend("adv_1", Money(0, "EUR"), SMS, NOON) == "budget_spent"


def test_a_day_ends_at_midnight_in_paris() -> None:
    assert day_of(NOON) == ("2026-03-02", NOON + 13 * HOUR)
    assert day_of(NOON + 13 * HOUR - 1)[0] == "2026-03-02"
    assert day_of(NOON + 13 * HOUR)[0] == "2026-03-03"


def test_what_cannot_be_asked_is_not_spent(world: World) -> None:
    worker = world.worker(FaultyClient(world.dynamodb, at_operation("update_item", "unavailable")))
    with pytest.raises(StorageUnavailable):
        Budget(Allowances(worker.table)).spend("adv_1", TEN_EUROS, SMS, NOON)


def test_workers_at_once_never_spend_too_much(new_exact_world: Callable[[], World]) -> None:
    world = new_exact_world()
    workers = [Budget(Allowances(world.worker(world.own_client()).table)) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        turns = list(threads.map(lambda n: spent(workers[n], 60), range(6)))
    paid = sum(told is None for turn in turns for told in turn)
    assert 200 <= paid <= 222
