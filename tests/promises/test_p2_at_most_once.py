"""P2: one intended SMS is handed to a provider at most once, whatever crashes, times out or is delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, MINUTE, SECOND
from chalicelib.errors import RelanceError
from chalicelib.messaging.retries import MOST_ATTEMPTS
from chalicelib.sms_providers.contract import FailureKind, InboundText, SendError, Sms
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message
from chalicelib.storage.send_queue import Order, encode
from chalicelib.workers import send
from tests.support.fakes import IdempotentProvider, RecordingProvider
from tests.support.faults import Fault, FaultyClient, ProcessEnded, at_call, from_call
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import World

FAULTS: tuple[Fault, ...] = get_args(Fault)
CALLS_OF_A_SEND = 11
"""The table's confirmation and identity; message, settings, ledger, contact, purchases, two for senders; the claim; the
note."""


@dataclass(frozen=True)
class Delivery:
    """One time that SQS hands out an order, and what goes wrong then."""

    message: int
    call: int
    fault: Fault
    hand_over: str


def end_process(sms: Sms) -> None:
    raise ProcessEnded


def time_out(sms: Sms) -> None:
    raise TimeoutError


def refuse(sms: Sms) -> None:
    raise SendError("retryable")


def deliver(shop: Shop, message: Message, delivery: Delivery | None = None) -> None:
    """A worker of its own takes the order, and may not live to its end."""
    world, provider = shop.world, shop.world.provider
    client = FaultyClient(world.dynamodb, at_call(delivery.call, delivery.fault)) if delivery else world.dynamodb
    kind = delivery.hand_over if delivery else "fine"
    provider.before = {"ends_before": end_process, "times_out_before": time_out, "refuses": refuse}.get(kind)
    provider.after = {"ends_after": end_process, "times_out_after": time_out}.get(kind)
    try:
        world.worker(client).dispatch.send(message.id, message.version)
    except (ProcessEnded, RelanceError):
        pass
    finally:
        provider.before = provider.after = None


def visited_shop(world: World) -> Shop:
    shop = open_shop(world, caps=(CapRule(100),))
    shop.contact()
    return shop


deliveries = st.lists(
    st.builds(
        Delivery,
        message=st.integers(0, 2),
        call=st.integers(0, CALLS_OF_A_SEND),
        fault=st.sampled_from(FAULTS),
        hand_over=st.sampled_from(
            ["fine", "fine", "ends_before", "ends_after", "times_out_before", "times_out_after", "refuses"]
        ),
    ),
    min_size=1,
    max_size=8,
)


def work_off(shop: Shop, minutes: int = 6) -> None:
    """Ticks and workers without faults, minute by minute, then day by day until nothing waits any more."""
    world = shop.world
    for step in [MINUTE] * minutes + [DAY] * 4 + [MINUTE]:
        world.clock.advance(step)
        world.services.tick.run()
        send.on_orders(world.queue.drain(), world.services)


@pytest.mark.parametrize("provider", [RecordingProvider, IdempotentProvider])
@given(deliveries=deliveries)
def test_the_provider_gets_each_message_at_most_once(
    new_exact_world: Callable[[], World], provider: type[RecordingProvider], deliveries: list[Delivery]
) -> None:
    world = new_exact_world()
    world.provider = provider()
    world.equip(world.services)
    shop = visited_shop(world)
    messages = [shop.message(visitor=f"visitor-{number:012d}") for number in range(3)]

    for delivery in deliveries:
        deliver(shop, messages[delivery.message], delivery)
    for message in (*messages, *reversed(messages)):
        deliver(shop, message)
    work_off(shop)

    counted = {past.message for past in world.services.ledgers.get(messages[0].person).sends}
    for message in messages:
        stored, handed_over = shop.stored(message), world.provider.times(message.id)
        assert handed_over <= 1
        # What was not claimed is sent by a later delivery; what was claimed and lost is never sent blindly.
        assert (stored.state, stored.reason) in {("sent", None), ("failed", "no_word")}
        assert handed_over == 1 or stored.state == "failed"
        assert provider is RecordingProvider or stored.state == "sent", "its key lets it be asked again"
        assert handed_over == 0 or message.id in counted


@pytest.mark.parametrize("call", range(CALLS_OF_A_SEND))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_leads_to_no_second_sms(exact_world: World, call: int, fault: Fault) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(visitor="visitor-000000000001")

    deliver(shop, message, Delivery(0, call, fault, "fine"))
    deliver(shop, message)
    deliver(shop, message)

    claim = CALLS_OF_A_SEND - 2
    lost_at_the_claim = call == claim and fault == "ends_after"
    assert exact_world.provider.times(message.id) == (0 if lost_at_the_claim else 1)


@pytest.mark.parametrize("call", range(CALLS_OF_A_SEND))
def test_a_table_that_goes_away_at_any_call_lets_nothing_out_wrongly_and_all_goes_on_when_it_is_back(
    exact_world: World, call: int
) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(visitor="visitor-000000000001")
    order = {"Records": [{"messageId": "1", "body": encode(Order(message.id, message.version))}]}
    client = FaultyClient(exact_world.dynamodb, from_call(call, "unavailable"))
    noted = CALLS_OF_A_SEND - 1

    left = send.on_orders(order, exact_world.worker(client))

    if call < noted:
        assert left["batchItemFailures"] and exact_world.provider.sent == []
        assert send.on_orders(order, exact_world.worker()) == {"batchItemFailures": []}
        assert shop.stored(message).state == "sent"
    else:  # It is with the provider, and nobody could say so.
        assert left == {"batchItemFailures": []}, "what may have left is not for the queue to try again"
        work_off(shop)
        assert (shop.stored(message).state, shop.stored(message).reason) == ("failed", "no_word")
    assert exact_world.provider.times(message.id) == 1


def test_the_calls_of_a_send_are_those_that_are_attacked(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(visitor="visitor-000000000001")
    watched = FaultyClient(exact_world.dynamodb, lambda _operation, _number: None)

    assert exact_world.worker(watched).dispatch.send(message.id, message.version) == "sent"

    assert len(watched.calls) == CALLS_OF_A_SEND
    assert watched.calls[-2:] == ["transact_write_items", "transact_write_items"]


def test_an_unknown_outcome_is_told_as_unknown_and_never_sent_again(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message = shop.message()
    deliver(shop, message, Delivery(0, 99, "conflict", "times_out_after"))
    assert (shop.stored(message).state, shop.stored(message).reason) == ("unknown", "no_answer")

    work_off(shop)

    assert (shop.stored(message).state, shop.stored(message).reason) == ("failed", "no_word")
    assert exact_world.provider.times(message.id) == 1
    assert exact_world.counts(shop.advertiser.id) == {"message.unknown.no_answer": 1, "message.failed.no_word": 1}


def test_an_answer_that_was_lost_is_asked_for_again_where_the_provider_knows_the_message(exact_world: World) -> None:
    exact_world.provider = IdempotentProvider()
    exact_world.equip(exact_world.services)
    shop = visited_shop(exact_world)
    message = shop.message()
    deliver(shop, message, Delivery(0, 99, "conflict", "times_out_after"))
    shop.advertiser = replace(shop.advertiser, brand="Another", sender="36999")
    exact_world.services.advertisers.save(shop.advertiser)

    work_off(shop, minutes=2)

    stored = shop.stored(message)
    assert [step.state for step in stored.history] == ["scheduled", "sending", "unknown", "sending", "sent"]
    assert stored.attempts == 2
    assert exact_world.provider.times(message.id) == 1


def test_a_stop_ends_what_may_have_left_too(exact_world: World) -> None:
    exact_world.provider = IdempotentProvider()
    exact_world.equip(exact_world.services)
    shop = visited_shop(exact_world)
    message = shop.message()
    deliver(shop, message, Delivery(0, 99, "conflict", "times_out_before"))
    exact_world.services.inbound.receive(InboundText("reply-1", CAMILLE, "36123", "STOP"))

    work_off(shop)

    assert [sms.message_id for sms in exact_world.provider.sent if not sms.is_answer] == []
    assert (shop.stored(message).state, shop.stored(message).reason) == ("failed", "no_word")


def refusing(kind: FailureKind) -> Callable[[Sms], None]:
    def refuse_for_this(sms: Sms) -> None:
        raise SendError(kind)

    return refuse_for_this


def test_what_a_provider_cannot_take_now_waits_longer_each_time_and_frees_its_place(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message = shop.message()
    exact_world.provider.before = refusing("retryable")

    assert exact_world.services.dispatch.send(message.id, message.version) == "deferred"

    waits = shop.stored(message)
    assert waits.reason == "provider_unavailable"
    assert waits.due_at is not None and waits.due_at > exact_world.clock.now()
    assert exact_world.services.ledgers.get(message.person).sends == ()
    assert exact_world.services.dispatch.send(message.id, message.version) == "stale"
    exact_world.provider.before = None
    work_off(shop, minutes=2)
    assert shop.stored(message).state == "sent"
    assert exact_world.provider.times(message.id) == 1


def test_it_is_given_up_in_the_end(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message, late = shop.message(), shop.message(expires_at=exact_world.clock.now() + 10 * SECOND)
    exact_world.provider.before = refusing("retryable")
    exact_world.services.dispatch.send(message.id, message.version)
    exact_world.services.dispatch.send(late.id, late.version)

    work_off(shop, minutes=180)

    for given_up in (message, late):
        assert (shop.stored(given_up).state, shop.stored(given_up).reason) == ("expired", "provider_unavailable")
    assert shop.stored(message).attempts == MOST_ATTEMPTS
    assert exact_world.services.ledgers.get(message.person).sends == ()


def test_who_opted_out_at_the_carrier_has_opposed(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message, another = shop.message(), shop.message()
    exact_world.provider.before = refusing("opted_out")
    assert exact_world.services.dispatch.send(message.id, message.version) == "failed"
    exact_world.provider.before = None

    assert exact_world.services.dispatch.send(another.id, another.version) == "refused"
    assert shop.stored(another).reason == "opposed"


def test_a_number_that_nobody_has_leaves_the_sendable_base(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message, another = shop.message(), shop.message()
    exact_world.provider.before = refusing("invalid_number")
    assert exact_world.services.dispatch.send(message.id, message.version) == "failed"
    exact_world.provider.before = None

    assert exact_world.services.dispatch.send(another.id, another.version) == "refused"
    assert shop.stored(another).reason == "number_invalid"


@pytest.mark.parametrize("kind", sorted(set(get_args(FailureKind)) - {"retryable"}))
def test_what_the_provider_refuses_has_failed_with_its_reason(exact_world: World, kind: FailureKind) -> None:
    shop = visited_shop(exact_world)
    message = shop.message()
    exact_world.provider.before = refusing(kind)

    assert exact_world.services.dispatch.send(message.id, message.version) == "failed"
    assert exact_world.services.dispatch.send(message.id, message.version) == "stale"

    failed = shop.stored(message)
    assert (failed.state, failed.reason) == ("failed", kind)
    assert exact_world.services.ledgers.get(message.person).sends == (), "the caps take it back"
    counts = exact_world.counts(shop.advertiser.id)
    assert counts == {f"message.failed.{kind}": 1} | ({"opposed.carrier": 1} if kind == "opted_out" else {})


def test_an_order_for_a_version_that_is_past_sends_nothing(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(version=2)

    assert exact_world.services.dispatch.send(message.id, 1) == "stale"
    assert exact_world.provider.sent == []
