"""P2: one intended SMS is handed to a provider at most once, whatever crashes, times out or is delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import RelanceError
from chalicelib.messaging.dispatch import SENDING_LEASE
from chalicelib.sms_providers.contract import FailureKind, SendError, Sms
from chalicelib.storage.advertisers import Cap
from chalicelib.storage.messages import Message
from tests.support.faults import Fault, FaultyClient, ProcessEnded, at_call
from tests.support.shop import Shop, open_shop
from tests.support.world import World

FAULTS: tuple[Fault, ...] = get_args(Fault)
CALLS_OF_A_SEND = 10
"""The table's confirmation and identity; message, advertiser, site, contact, ledger, purchases; the claim; the note."""


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
    shop = open_shop(world, cap=Cap(messages=100))
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


@given(deliveries=deliveries)
def test_the_provider_gets_each_message_at_most_once(
    new_exact_world: Callable[[], World], deliveries: list[Delivery]
) -> None:
    shop = visited_shop(new_exact_world())
    messages = [shop.message(visitor=f"visitor-{number:012d}") for number in range(3)]

    for delivery in deliveries:
        deliver(shop, messages[delivery.message], delivery)
    for message in (*messages, *reversed(messages)):
        deliver(shop, message)
    shop.world.clock.advance(SENDING_LEASE)
    shop.world.services.tick.run()
    for message in messages:
        deliver(shop, message)

    for message in messages:
        state, handed_over = shop.stored(message).state, shop.world.provider.times(message.id)
        assert handed_over <= 1
        # What was not claimed is sent by a later delivery; what was claimed and lost is never sent blindly.
        assert state in {"sent", "failed", "unknown"}
        assert handed_over == 1 or state in {"failed", "unknown"}
        assert handed_over == 0 or state in {"sent", "unknown"}


@pytest.mark.parametrize("call", range(CALLS_OF_A_SEND))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_leads_to_no_second_sms(exact_world: World, call: int, fault: Fault) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(visitor="visitor-000000000001")

    deliver(shop, message, Delivery(0, call, fault, "fine"))
    deliver(shop, message)
    deliver(shop, message)

    claim = CALLS_OF_A_SEND - 2
    lost_at_the_claim = call == claim and fault in {"ends_after", "answer_lost"}
    assert exact_world.provider.times(message.id) == (0 if lost_at_the_claim else 1)


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
    assert shop.stored(message).state == "sending"

    exact_world.clock.advance(SENDING_LEASE)
    assert exact_world.services.tick.run().unknown == 1
    assert exact_world.queue.entries == []
    deliver(shop, message)

    assert shop.stored(message).state == "unknown"
    assert exact_world.provider.times(message.id) == 1


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_what_the_provider_refuses_has_failed_with_its_reason(exact_world: World, kind: FailureKind) -> None:
    def refuse_for_this(sms: Sms) -> None:
        raise SendError(kind)

    shop = visited_shop(exact_world)
    message = shop.message()
    exact_world.provider.before = refuse_for_this

    assert exact_world.services.dispatch.send(message.id, message.version) == "failed"
    assert exact_world.services.dispatch.send(message.id, message.version) == "stale"

    failed = shop.stored(message)
    assert (failed.state, failed.reason) == ("failed", kind)
    assert exact_world.counts(shop.advertiser.id) == {f"message.failed.{kind}": 1}


def test_an_order_for_a_version_that_is_past_sends_nothing(exact_world: World) -> None:
    shop = visited_shop(exact_world)
    message = shop.message(version=2)

    assert exact_world.services.dispatch.send(message.id, 1) == "stale"
    assert exact_world.provider.sent == []
