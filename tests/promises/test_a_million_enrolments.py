"""What a tick costs grows with what is due, and not with who is in a journey: on DynamoDB Local, call by call.

`make soak` has 200,000 people in; RELANCE_ENROLMENTS says otherwise (docs/scale.md has the figure for a million).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from chalicelib.clock import DAY, MINUTE
from chalicelib.storage.enrolments import Enrolment, save
from chalicelib.storage.table import Put
from tests.support.faults import FaultyClient
from tests.support.world import NOON, World

DUE = 10
_CHUNK = 1_000


def waiting(people: int) -> Iterator[Put]:
    """So many people in a cart's journey: the first ten's step is due, those of the others in the days to come."""
    for number in range(people):
        due_at = NOON if number < DUE else NOON + DAY + number % (30 * DAY)
        site = "site_01J0000000000000000000000A"
        enrolment = Enrolment("adv_a", f"{number:040d}", "cart", site, "adv_a", site, "active", 1, run=1, due_at=due_at)
        yield save(enrolment, None)


def calls_of_a_tick(world: World, people: int) -> Counter[str]:
    puts = waiting(people)
    while chunk := list(islice(puts, _CHUNK)):
        assert world.services.table.put_many(chunk) == []
    watched = FaultyClient(world.dynamodb, lambda _operation, _number: None)
    services = world.worker(watched)
    services.due_steps.run()  # A container's first tick also learns whose table it is.
    assert len(world.queue.drain()["Records"]) == DUE
    watched.calls.clear()
    world.clock.advance(30 * MINUTE)  # The leases are over: the same ten are due again.
    services.due_steps.run()
    assert len(world.queue.drain()["Records"]) == DUE
    return Counter(watched.calls)


def test_a_tick_with_many_waiting_makes_the_calls_of_one_with_ten(
    new_exact_world: Callable[[], World], soaking: bool
) -> None:
    many = int(os.environ.get("RELANCE_ENROLMENTS", 200_000 if soaking else 2_000))
    alone, among_many = calls_of_a_tick(new_exact_world(), DUE), calls_of_a_tick(new_exact_world(), many)
    assert among_many == alone
    assert alone == {"query": 8, "update_item": DUE}
