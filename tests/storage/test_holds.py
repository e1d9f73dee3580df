"""What lets an advertiser's marketing to a person stand still: each once, and the graver outlasts the other."""

from __future__ import annotations

from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Held, Opposition, from_item, to_item
from tests.support.world import NOON, World

DOUBT, PROBLEM = Held(NOON, "doubtful_stop"), Held(NOON + 1, "problem")


def test_a_hold_is_taken_once_and_released_once(world: World) -> None:
    ledgers = world.services.ledgers
    assert ledgers.hold("person", "adv", DOUBT, count("adv", "p", NOON, "held"))
    assert not ledgers.hold("person", "adv", Held(NOON + 5, "doubtful_stop"), count("adv", "p", NOON, "held"))
    newest = Held(NOON + 5, "doubtful_stop")
    assert ledgers.get("person").held == {"adv": newest}
    assert not ledgers.release_hold("person", "adv", of=DOUBT)
    version = ledgers.get("person").version
    assert ledgers.release_hold("person", "adv", count("adv", "p", NOON, "released"))
    assert not ledgers.release_hold("person", "adv", count("adv", "p", NOON, "released"))
    assert ledgers.get("person").held == {}
    assert ledgers.get("person").version > version
    assert world.counts("adv") == {"held": 1, "released": 1}


def test_a_problem_takes_the_place_of_a_doubt_and_no_doubt_that_of_a_problem(world: World) -> None:
    ledgers = world.services.ledgers
    ledgers.hold("person", "adv", DOUBT)
    assert ledgers.hold("person", "adv", PROBLEM)
    assert not ledgers.hold("person", "adv", DOUBT)
    assert ledgers.get("person").held == {"adv": PROBLEM}


def test_a_ledger_that_moves_takes_its_holds_along(world: World) -> None:
    world.services.ledgers.hold("person", "adv", DOUBT)
    ledger = world.services.ledgers.get("person")
    assert from_item(to_item(ledger)) == ledger


def test_a_no_that_is_said_again_keeps_its_beginning_and_its_end(world: World) -> None:
    ledgers = world.services.ledgers
    assert ledgers.oppose("person", "adv", Opposition(NOON, "stop"))
    for at in (NOON + 9, NOON + 5, NOON - 1):
        assert not ledgers.oppose("person", "adv", Opposition(at, "stop"))
    no = ledgers.get("person").opposed["adv"]
    assert (no.at, no.last_at) == (NOON, NOON + 9)
