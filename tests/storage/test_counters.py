"""Exact counts."""

from __future__ import annotations

from chalicelib.clock import HOUR, MINUTE
from tests.support.world import World


def test_counts_are_summed_over_shards_and_hours(world: World) -> None:
    counters, now = world.services.counters, world.clock.now()
    for number in range(40):
        counters.add("adv_1", f"thing-{number}", now + number * 3 * MINUTE, "message.sent")
    counters.add("adv_1", "thing", now, "click.person")
    counters.add("adv_2", "thing", now, "message.sent")

    assert counters.read("adv_1", now, now + 2 * HOUR) == {"click.person": 1, "message.sent": 40}
    assert counters.read("adv_1", now, now) == {"click.person": 1, "message.sent": 20}
    assert counters.read("adv_3", now, now) == {}
    assert len({item["sk"] for item in world.of_type("counter")}) > 1
