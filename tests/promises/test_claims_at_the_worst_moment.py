"""P2, P4: whatever becomes of a message between the decision to send it and its claim comes first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging import states
from chalicelib.messaging.tick import QUEUE_LEASE
from chalicelib.sms_providers.contract import Sms
from chalicelib.storage.halts import EVERYTHING, Halt
from chalicelib.storage.messages import Message, Step, move
from tests.support.faults import HeldBackClaim, ProcessEnded
from tests.support.shop import Shop, open_shop
from tests.support.world import World

Meanwhile = Callable[[Shop, Message], None]


@pytest.fixture
def shop(exact_world: World) -> Shop:
    return open_shop(exact_world)


def send_with(shop: Shop, message: Message, meanwhile: Meanwhile) -> str:
    """Send a message, and do something else when everything is decided and nothing is claimed."""
    held_back = HeldBackClaim(shop.world.dynamodb, lambda: meanwhile(shop, message))
    return shop.world.worker(held_back).dispatch.send(message.id, message.version)


def cancel(shop: Shop, message: Message) -> None:
    """As the stream does for a purchase."""
    step = Step("cancelled", shop.world.clock.now(), "purchased")
    shop.world.services.messages.commit([move(message.id, states.sources("cancelled"), step)])


def postpone(shop: Shop, message: Message) -> None:
    """As another worker does that finds the hours closed."""
    now = shop.world.clock.now()
    step, facts = Step("deferred", now, "outside_hours"), {"version": message.version + 1}
    moved = move(message.id, states.sources("deferred"), step, due_at=now + HOUR, facts=facts)
    shop.world.services.messages.commit([moved])


def postpone_and_queue_again(shop: Shop, message: Message) -> None:
    """The same message is on the queue, and an order of its own will come for it."""
    postpone(shop, message)
    shop.world.clock.advance(HOUR)
    assert shop.world.services.tick.run().queued == 1


def expire(shop: Shop, message: Message) -> None:
    """As the tick does, by a clock that is ahead."""
    shop.world.clock.advance(2 * DAY)
    assert shop.world.services.tick.run().expired == 1


@pytest.mark.parametrize(
    ("meanwhile", "state"),
    [(cancel, "cancelled"), (postpone, "deferred"), (postpone_and_queue_again, "queued"), (expire, "expired")],
)
def test_what_is_cancelled_postponed_or_expired_meanwhile_is_not_sent(
    shop: Shop, meanwhile: Meanwhile, state: str
) -> None:
    shop.contact()
    message = shop.message(due_at=shop.world.clock.now())

    assert send_with(shop, message, meanwhile) == "stale"

    assert shop.world.provider.sent == []
    assert shop.stored(message).state == state
    assert shop.world.services.ledgers.get(message.person).sends == ()


def test_an_order_that_is_given_twice_is_carried_out_by_whoever_claims_first(shop: Shop) -> None:
    def another_worker(shop: Shop, message: Message) -> None:
        assert shop.world.worker().dispatch.send(message.id, message.version) == "sent"

    shop.contact()
    message = shop.message()

    assert send_with(shop, message, another_worker) == "stale"

    assert shop.world.provider.times(message.id) == 1


def test_a_lease_that_ends_meanwhile_leads_to_a_second_order_and_one_sms(shop: Shop) -> None:
    def order_again(shop: Shop, _message: Message) -> None:
        shop.world.clock.advance(QUEUE_LEASE + HOUR)
        assert shop.world.services.tick.run().queued == 1

    shop.contact()
    message = shop.message()

    assert send_with(shop, message, order_again) == "sent"
    assert shop.world.services.dispatch.send(message.id, message.version) == "stale"

    assert shop.world.provider.times(message.id) == 1


def test_a_refusal_that_comes_second_does_not_undo_a_send(shop: Shop) -> None:
    """One worker found the cap reached, or a purchase; the other had claimed by then."""

    def another_worker(shop: Shop, message: Message) -> None:
        shop.contact(at=shop.world.clock.now())
        assert shop.world.worker().dispatch.send(message.id, message.version) == "sent"

    shop.contact(marketing=False)
    message = shop.message()

    assert send_with(shop, message, another_worker) == "stale"
    assert shop.stored(message).state == "sent"


def test_a_refusal_that_comes_second_does_not_end_what_was_meant_again(shop: Shop) -> None:
    """Refused as it was when its order was given; the visitor has gone on since, and a newer order is on its way."""
    shop.contact(marketing=False)
    message = shop.message(due_at=shop.world.clock.now())

    assert send_with(shop, message, postpone_and_queue_again) == "stale"

    assert shop.stored(message).state == "queued"


def test_a_deferral_that_comes_second_does_not_put_back_what_may_have_left(shop: Shop) -> None:
    """One worker found that marketing stands still; the other had claimed by then, and ended with the provider."""
    halts = shop.world.services.halts

    def end_process(_sms: Sms) -> None:
        raise ProcessEnded

    def another_worker(shop: Shop, message: Message) -> None:
        halts.resume(EVERYTHING, shop.world.clock.now())
        shop.world.provider.after = end_process
        with pytest.raises(ProcessEnded):
            shop.world.worker().dispatch.send(message.id, message.version)

    shop.contact()
    message = shop.message()
    halts.halt(Halt(EVERYTHING, shop.world.clock.now(), "operator"))

    assert send_with(shop, message, another_worker) == "stale"

    assert shop.stored(message).state == "sending" and shop.world.provider.times(message.id) == 1
