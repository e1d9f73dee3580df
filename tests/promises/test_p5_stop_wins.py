"""P5: after an unsubscribe or STOP is recorded no message is claimed any more, queued ones included.

On DynamoDB Local, with the claim held back at the worst moments, and in plain races.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.messaging.decide import HELD_LOOKED_AT
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.caps import CapRule
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import EVERYONE, Held, Opposition
from chalicelib.wiring import Services
from tests.support.faults import HeldBackClaim
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import World

Oppose = Callable[[Services, str, str], None]


def unsubscribe(services: Services, person: str, advertiser: str) -> None:
    now = services.clock.now()
    services.ledgers.oppose(person, advertiser, Opposition(now, "unsubscribe"), count(advertiser, person, now, "no"))


def stop(services: Services, person: str, advertiser: str) -> None:
    assert services.inbound.receive(InboundText("reply-1", CAMILLE, "36123", "STOP"))


def hold(services: Services, person: str, advertiser: str) -> None:
    services.ledgers.hold(person, advertiser, Held(services.clock.now(), "doubtful_stop"))


@pytest.fixture
def shop(exact_world: World) -> Shop:
    return open_shop(exact_world, caps=(CapRule(1_000),))


@pytest.mark.parametrize("oppose", [unsubscribe, stop])
@pytest.mark.parametrize("written_to_before", [False, True])
def test_a_no_between_decision_and_claim_wins(shop: Shop, oppose: Oppose, written_to_before: bool) -> None:
    world, person = shop.world, shop.contact()
    if written_to_before:
        earlier = shop.message()
        assert world.services.dispatch.send(earlier.id, earlier.version) == "sent"
        world.provider.sent.clear()
    message = shop.message()
    slow = HeldBackClaim(world.dynamodb, lambda: oppose(world.services, person, shop.advertiser.id))

    assert world.worker(slow).dispatch.send(message.id, message.version) == "refused"

    assert world.provider.sent == []
    assert shop.stored(message).reason == "opposed"


@pytest.mark.parametrize("written_to_before", [False, True])
def test_an_answer_that_may_be_a_stop_holds_what_was_decided_and_not_claimed(
    shop: Shop, written_to_before: bool
) -> None:
    world, person = shop.world, shop.contact()
    if written_to_before:
        earlier = shop.message()
        assert world.services.dispatch.send(earlier.id, earlier.version) == "sent"
        world.provider.sent.clear()
    message = shop.message()
    slow = HeldBackClaim(world.dynamodb, lambda: hold(world.services, person, shop.advertiser.id))

    assert world.worker(slow).dispatch.send(message.id, message.version) == "deferred"

    assert world.provider.sent == []
    assert shop.stored(message).reason == "reply_open"
    world.services.ledgers.release_hold(person, shop.advertiser.id)
    world.clock.advance(HELD_LOOKED_AT)
    world.work()
    assert [sms.message_id for sms in world.provider.sent] == [message.id]


def test_a_no_after_the_claim_is_too_late_for_that_message_alone(shop: Shop) -> None:
    world, person = shop.world, shop.contact()
    claimed, queued = shop.message(), shop.message()
    world.provider.before = lambda _sms: unsubscribe(world.services, person, shop.advertiser.id)

    assert world.services.dispatch.send(claimed.id, claimed.version) == "sent"
    assert world.services.dispatch.send(queued.id, queued.version) == "refused"

    assert [sms.message_id for sms in world.provider.sent] == [claimed.id]


def test_no_claim_succeeds_after_a_no_was_recorded(new_exact_world: Callable[[], World], soaking: bool) -> None:
    """Sends race with an unsubscription: what is in the ledger when it returns is all that ever gets there."""
    for _ in range(50 if soaking else 4):
        race(open_shop(new_exact_world(), caps=(CapRule(1_000),)))


def race(shop: Shop) -> None:
    world, person = shop.world, shop.contact()
    messages = [shop.message() for _ in range(24)]
    *senders, opposer = [world.worker(world.own_client()) for _ in range(9)]
    start = threading.Barrier(9)
    one_has_left = threading.Event()
    world.provider.after = lambda _sms: one_has_left.set()

    def send(number: int) -> None:
        start.wait()
        for message in messages[number :: len(senders)]:
            senders[number].dispatch.send(message.id, message.version)

    def say_no() -> set[str]:
        start.wait()
        one_has_left.wait()
        unsubscribe(opposer, person, shop.advertiser.id)
        return claimed(opposer, person)

    with ThreadPoolExecutor(9) as pool:
        sending = [pool.submit(send, number) for number in range(len(senders))]
        claimed_by_then = pool.submit(say_no).result()
        for each in sending:
            each.result()

    assert claimed(world.services, person) == claimed_by_then
    assert {sms.message_id for sms in world.provider.sent} == claimed_by_then
    assert len(claimed_by_then) < len(messages), "the no came too late to test anything"
    for message in messages:
        assert shop.stored(message).state == ("sent" if message.id in claimed_by_then else "refused")


def claimed(services: Services, person: str) -> set[str]:
    return {past.message for past in services.ledgers.get(person).sends}


def test_a_no_to_one_advertiser_leaves_the_others(shop: Shop) -> None:
    other = open_shop(shop.world)
    person = shop.contact()
    other.contact()
    unsubscribe(shop.world.services, person, shop.advertiser.id)
    message = other.message()

    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"


def test_a_no_to_everyone_holds_for_each(shop: Shop) -> None:
    person = shop.contact()
    unsubscribe(shop.world.services, person, EVERYONE)
    message = shop.message()

    assert shop.world.services.dispatch.send(message.id, message.version) == "refused"
