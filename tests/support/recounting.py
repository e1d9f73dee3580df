"""The counts of a world, recounted."""

from __future__ import annotations

from chalicelib.reports.recount import Recount, Recounted
from tests.support.world import World


def recounted(world: World, advertiser: str, since: int, until: int) -> Recounted:
    """What a recount says of the hours from `since` to before `until`."""
    services = world.services
    recount = Recount(
        services.counters,
        services.daybook,
        services.lists,
        services.conversion_log,
        services.vault,
        services.clock,
        lambda part: [part(0, 1)],
    )
    return recount.run(advertiser, since, until, pause=lambda: None)


def assert_counts_are_true(world: World, advertiser: str, since: int) -> None:
    """Counters, daybook and records say the same."""
    found = recounted(world, advertiser, since, world.clock.now() + 1).verdict
    assert found.lines and not found.moving
    assert not found.differences, found.differences
