"""While marketing stands still its messages wait, say so, and cost next to nothing; afterwards they go."""

from __future__ import annotations

import pytest

from chalicelib.clock import HOUR, MINUTE, SECOND
from chalicelib.reports.why import why
from chalicelib.storage.halts import EVERYTHING, Halt, scope_of
from chalicelib.storage.messages import Message
from chalicelib.workers import send
from tests.support.journeys import SHIPPED, start, template
from tests.support.shop import Shop


def minutes(shop: Shop, number: int) -> int:
    """Ticks and workers, minute by minute; how many orders there were."""
    world, orders = shop.world, 0
    for _ in range(number):
        world.services.tick.run()
        orders += len(world.queue.batch()["Records"])
        send.on_orders(world.queue.drain(), world.services)
        world.clock.advance(MINUTE)
    return orders


@pytest.fixture
def waiting(shop: Shop) -> Message:
    """A message that fell due while everything stood still."""
    shop.contact()
    message = shop.message(state="scheduled", due_at=shop.world.clock.now())
    shop.world.services.halts.halt(Halt(EVERYTHING, shop.world.clock.now(), "operator"))
    return message


def test_it_says_that_it_stands_still_and_is_looked_at_every_quarter_of_an_hour(shop: Shop, waiting: Message) -> None:
    assert minutes(shop, 60) <= 6

    stored = shop.stored(waiting)
    assert why(stored)["sentence"].endswith(
        ": marketing, or its campaign, stands still, by somebody's order or because too many said no."
    )
    assert stored.decision["halt"] == {"scope": EVERYTHING, "at": stored.history[-1].at, "by": "operator"}
    assert [step.state for step in stored.history] == ["scheduled", "deferred"], "it is said once"
    assert shop.world.counts(shop.advertiser.id) == {"message.deferred.halted": 1}


@pytest.mark.parametrize("stood_still", [1, 14, 16, 31, 61])
@pytest.mark.parametrize("seconds", [0, 9, 10, 59])
def test_it_leaves_within_two_ticks_once_all_goes_on(
    shop: Shop, waiting: Message, stood_still: int, seconds: int
) -> None:
    minutes(shop, stood_still)
    assert shop.world.provider.sent == []

    shop.world.services.halts.resume(EVERYTHING, shop.world.clock.now() - seconds * SECOND)
    minutes(shop, 2)

    assert shop.stored(waiting).state == "sent"


def test_once_it_goes_on_what_waits_for_its_own_moment_still_does(shop: Shop, waiting: Message) -> None:
    now = shop.world.clock.now()
    later = [shop.message(state=state, due_at=now + 10 * MINUTE) for state in ("scheduled", "deferred")]
    minutes(shop, 3)

    shop.world.services.halts.resume(EVERYTHING, shop.world.clock.now())
    minutes(shop, 3)

    assert shop.stored(waiting).state == "sent"
    assert [shop.stored(message).state for message in later] == ["scheduled", "deferred"]


def test_what_stood_still_for_too_long_is_dropped_and_tells_why(shop: Shop) -> None:
    shop.contact()
    now = shop.world.clock.now()
    message = shop.message(state="scheduled", due_at=now, expires_at=now + HOUR)
    shop.world.services.halts.halt(Halt(EVERYTHING, now, "operator"))

    minutes(shop, 90)

    told = why(shop.stored(message))
    assert (told["state"], told["reason"], told["waited_for"]) == ("expired", "expired", "halted")
    assert "before that it waited: marketing, or its campaign, stands still" in told["sentence"]


def test_notifications_go_on(shop: Shop, waiting: Message) -> None:
    told = shop.message(message_class="notification", site=None)
    assert shop.world.services.dispatch.send(told.id, told.version) == "refused", "not for the halt"
    assert shop.stored(told).reason == "no_sms_notification_consent"


def test_of_a_stopped_journey_a_notification_stands_still_too_until_it_is_started_again(shop: Shop) -> None:
    """Nobody agreed to notifications here, so that one that is looked at is refused."""
    services, now = shop.world.services, shop.world.clock.now()
    template(
        shop, "shipped", "{{ brand }} : votre colis est parti.", journey="order_status", message_class="notification"
    )
    services.sender_book.register_default(shop.advertiser, verified=True)
    start(shop, "shipped", SHIPPED)
    shop.contact()
    mine, other = (
        shop.message(state="scheduled", due_at=now, message_class="notification", site=None, campaign=campaign)
        for campaign in ("shipped", "returned")
    )
    services.journey_desk.stop(shop.advertiser, "shipped", "test")

    minutes(shop, 3)

    assert [shop.stored(one).reason for one in (mine, other)] == ["halted", "no_sms_notification_consent"]
    services.journey_desk.start(shop.advertiser, "shipped", "test", "key")
    minutes(shop, 3)
    assert shop.stored(mine).reason == "no_sms_notification_consent"


def test_a_code_waits_for_nobody(shop: Shop) -> None:
    shop.contact()
    code = shop.message(message_class="authorisation", campaign="shipped")
    services = shop.world.services
    services.halts.halt(Halt(scope_of(shop.advertiser.id, "shipped"), shop.world.clock.now(), "operator"))
    services.dispatch.send(code.id, code.version)
    assert shop.stored(code).state != "deferred"
