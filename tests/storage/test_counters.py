"""Exact counts."""

from __future__ import annotations

import time

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
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


def test_hours_are_told_one_by_one_and_read_in_one_call_a_day(world: World) -> None:
    """Whatever was counted: the calls of a report do not grow with the messages behind it."""
    counters, now = world.services.counters, world.clock.now()
    midnight = now - now % DAY + DAY
    for number in range(30):
        counters.add("adv_1", f"thing-{number}", midnight - HOUR + number * 6 * MINUTE, "message.sent")

    hours = counters.by_hour("adv_1", midnight - HOUR, midnight + 2 * HOUR)
    assert hours == {midnight + hour * HOUR: {"message.sent": 10} for hour in (-1, 0, 1)}
    assert {item["pk"].rpartition("#")[2] for item in world.of_type("counter")} == {
        time.strftime("%Y%m%d", time.gmtime(at // SECOND)) for at in (midnight - HOUR, midnight)
    }
