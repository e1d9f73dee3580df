"""Each minute: what is due goes on the queue, and what a lost worker left behind is picked up."""

from __future__ import annotations

import json

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.messaging.dispatch import SENDING_LEASE
from chalicelib.messaging.tick import LOOK_AHEAD, QUEUE_LEASE, Ticked
from chalicelib.storage.keys import DUE_SHARDS
from chalicelib.workers import send
from tests.support.shop import Shop


def tick(shop: Shop) -> Ticked:
    return shop.world.services.tick.run()


def orders(shop: Shop) -> list[tuple[str, int]]:
    """Messages on the queue, and their delays."""
    return [(json.loads(entry["MessageBody"])["message"], entry["DelaySeconds"]) for entry in shop.world.queue.entries]


def scheduled(shop: Shop, due_in: int, expires_in: int = DAY) -> str:
    now = shop.world.clock.now()
    return shop.message(state="scheduled", due_at=now + due_in, expires_at=now + expires_in).id


def test_what_is_due_is_queued_once(shop: Shop) -> None:
    message = scheduled(shop, 0)

    assert tick(shop) == Ticked(queued=1)
    assert tick(shop) == Ticked()

    assert orders(shop) == [(message, 0)]
    assert shop.stored(message).state == "queued"


@pytest.mark.parametrize(
    ("due_in", "delay"), [(-HOUR, 0), (0, 0), (30 * SECOND, 30), (30 * SECOND + 999, 30), (LOOK_AHEAD, 60)]
)
def test_what_falls_due_before_the_next_tick_is_queued_with_the_delay_to_its_second(
    shop: Shop, due_in: int, delay: int
) -> None:
    message = scheduled(shop, due_in)
    tick(shop)
    assert orders(shop) == [(message, delay)]


def test_what_is_due_later_waits(shop: Shop) -> None:
    message = scheduled(shop, LOOK_AHEAD + 1)
    assert tick(shop) == Ticked()
    assert shop.stored(message).state == "scheduled"


def test_every_shard_is_looked_at(shop: Shop) -> None:
    messages = {scheduled(shop, 0) for _ in range(DUE_SHARDS * 8)}
    assert {item["due_shard"] for item in shop.world.of_type("message")} == {str(n) for n in range(DUE_SHARDS)}

    assert tick(shop).queued == len(messages)

    assert {message for message, _ in orders(shop)} == messages


def test_an_order_that_was_lost_is_given_again_when_its_lease_ends(shop: Shop) -> None:
    shop.contact()
    message = scheduled(shop, 0)
    tick(shop)
    shop.world.queue.drain()

    shop.world.clock.advance(QUEUE_LEASE - 1)
    assert tick(shop).queued == 0
    shop.world.clock.advance(1)
    assert tick(shop).queued == 1

    assert send.on_orders(shop.world.queue.drain(), shop.world.services) == {"batchItemFailures": []}
    assert shop.stored(message).state == "sent"


def test_an_order_that_sqs_did_not_take_is_given_again(shop: Shop) -> None:
    unlucky, lucky = scheduled(shop, 0), scheduled(shop, 0)
    shop.world.queue.refuses = {unlucky}
    tick(shop)
    assert [message for message, _ in orders(shop)] == [lucky]

    shop.world.queue.refuses = set()
    shop.world.queue.drain()
    shop.world.clock.advance(QUEUE_LEASE)
    tick(shop)
    assert {message for message, _ in orders(shop)} == {lucky, unlucky}


def test_a_queue_that_is_away_loses_nothing(shop: Shop) -> None:
    message = scheduled(shop, 0)
    shop.world.queue.is_away = True
    with pytest.raises(StorageUnavailable):
        tick(shop)

    shop.world.queue.is_away = False
    shop.world.clock.advance(QUEUE_LEASE)
    tick(shop)
    assert [each for each, _ in orders(shop)] == [message]


def test_a_worker_that_was_lost_while_sending_leaves_an_unknown_message(shop: Shop) -> None:
    now = shop.world.clock.now()
    message = shop.message(state="sending", due_at=now + SENDING_LEASE)

    shop.world.clock.advance(SENDING_LEASE - 1)
    assert tick(shop) == Ticked()
    shop.world.clock.advance(1)
    assert tick(shop) == Ticked(unknown=1)

    lost = shop.stored(message)
    assert (lost.state, lost.reason, lost.version) == ("unknown", "lease_ended", message.version + 1)
    assert orders(shop) == []


def test_an_unknown_message_is_looked_at_again_and_stays_unknown_meanwhile(shop: Shop) -> None:
    now = shop.world.clock.now()
    message = shop.message(state="unknown", due_at=now + HOUR, expires_at=now)

    assert tick(shop) == Ticked()
    shop.world.clock.advance(HOUR)
    assert tick(shop) == Ticked(queued=1)
    assert tick(shop) == Ticked()

    assert orders(shop) == [(message.id, 0)]
    assert shop.stored(message).state == "unknown"


def test_a_worker_that_was_lost_is_found_even_after_the_messages_time(shop: Shop) -> None:
    """It may have left: that is worth knowing, and it is not `expired`."""
    now = shop.world.clock.now()
    message = shop.message(state="sending", due_at=now, expires_at=now)
    assert tick(shop) == Ticked(unknown=1)
    assert shop.stored(message).state == "unknown"


def test_what_is_past_its_time_is_dropped_and_counted(shop: Shop) -> None:
    message = scheduled(shop, -HOUR, expires_in=0)

    assert tick(shop) == Ticked(expired=1)

    dropped = shop.stored(message)
    assert (dropped.state, dropped.reason, dropped.due_at) == ("expired", "expired", None)
    assert orders(shop) == []
    assert shop.world.counts(shop.advertiser.id) == {"message.expired.expired": 1}


def test_a_message_that_ended_is_never_looked_at_again(shop: Shop) -> None:
    shop.contact()
    scheduled(shop, 0)
    tick(shop)
    send.on_orders(shop.world.queue.drain(), shop.world.services)

    shop.world.clock.advance(30 * DAY)
    assert tick(shop) == Ticked()
    assert not any("due_at" in item or "due_shard" in item for item in shop.world.of_type("message"))


def test_many_orders_go_ten_a_call(shop: Shop) -> None:
    for _ in range(25):
        scheduled(shop, 0)
    assert tick(shop).queued == 25
    assert len(orders(shop)) == 25
    assert MINUTE == LOOK_AHEAD
