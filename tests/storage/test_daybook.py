"""The daybook: what was counted in a transaction stands in it, and nothing else does."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.storage.counters import breakdown, count, moved
from chalicelib.storage.daybook import Entry
from chalicelib.storage.table import Put, TransactionRefused
from tests.support.world import World


def test_a_transaction_leaves_one_line_for_each_whose_counts_it_moves(world: World) -> None:
    table, now = world.services.table, world.clock.now()
    table.transact(
        [
            moved("adv_1", "msg_7", now - 3 * HOUR, {"message.failed.expired": -1, "message.delivered": 1}),
            count(breakdown("adv_1"), "msg_7", now, "message.delivered"),
            count("site_1", "event-1", now, "event.page_view", owner="adv_2"),
        ]
    )
    daybook = world.services.daybook
    (line,) = daybook.of("adv_1", now, now + 1)
    assert line.noted == now and {entry.message for entry in line.entries} == {"msg_7"}
    assert {(entry.scope, entry.at) for entry in line.entries} == {("adv_1", now - 3 * HOUR), ("adv_1/by", now)}
    (line,) = daybook.of("adv_2", now, now + 1)
    assert line.entries == (Entry("site_1", now, {"event.page_view": 1}),), "a thing that may name somebody is left out"
    assert not list(daybook.of("adv_1", now + 1, now + DAY))


def test_a_transaction_that_is_refused_leaves_none_and_its_positions_stay(world: World) -> None:
    table, now = world.services.table, world.clock.now()
    taken = Put(("MSG#1", "MSG"), {"type": "message"}, "attribute_not_exists(pk)")
    table.transact([taken, count("adv_1", "msg_1", now, "message.sent")])
    with pytest.raises(TransactionRefused) as refused:
        table.transact([count("adv_1", "msg_1", now, "message.sent"), taken])
    assert refused.value.failed == {1}
    assert len(list(world.services.daybook.of("adv_1", now, now + 1))) == 1
