"""What stands still, and how soon everybody knows."""

from __future__ import annotations

import pytest

from chalicelib.clock import SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.halts import EVERYTHING, Halt, scope_of
from tests.support.faults import FaultyClient, at_operation
from tests.support.world import World

WIDEST_FIRST = [EVERYTHING, "adv_1", scope_of("adv_1", "cart")]


def halted(world: World, scope: str) -> Halt:
    halt = Halt(scope, world.clock.now(), "operator", "too many complaints")
    assert world.services.halts.halt(halt)
    return halt


@pytest.mark.parametrize("scope", WIDEST_FIRST)
def test_a_halt_holds_for_its_scope_and_ends(world: World, scope: str) -> None:
    halts = world.services.halts
    halt = halted(world, scope)
    assert halts.against("adv_1", "cart") == halt
    assert halts.against("adv_2", "cart") == (halt if scope == EVERYTHING else None)
    assert halts.against("adv_1", "review") == (None if "#" in scope else halt)
    assert halts.against("adv_1", "cart", marketing=False) == (halt if "#" in scope else None)
    assert halts.resume(scope, world.clock.now()) and not halts.resume(scope, world.clock.now())
    assert halts.against("adv_1", "cart") is None


def test_the_widest_halt_is_named_and_the_first_stands(world: World) -> None:
    for scope in reversed(WIDEST_FIRST):
        first = halted(world, scope)
        assert not world.services.halts.halt(Halt(scope, 1, "adv_1"))
        assert world.services.halts.against("adv_1", "cart") == first
    assert world.counts("adv_1") == {"halted": 2}


def test_another_container_knows_within_ten_seconds(world: World) -> None:
    other = world.worker().halts
    assert other.against("adv_1", "cart") is None
    halted(world, EVERYTHING)
    world.clock.advance(10 * SECOND)
    assert other.against("adv_1", "cart") is not None


def test_a_clock_that_was_set_back_keeps_nothing_old(world: World) -> None:
    other = world.worker().halts
    assert other.against("adv_1", "cart") is None
    halted(world, EVERYTHING)
    world.clock.advance(-10 * SECOND)
    assert other.against("adv_1", "cart") is not None


def test_what_cannot_be_read_is_no_leave_to_send(world: World) -> None:
    worker = world.worker(FaultyClient(world.dynamodb, at_operation("batch_get_item", "unavailable")))
    with pytest.raises(StorageUnavailable):
        worker.halts.against("adv_1", "cart")
