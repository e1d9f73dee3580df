"""P2, P3, P4 and P7 on the deployed stack: between its functions and AWS stands a proxy that throttles, fails, loses
answers and resets; workers are killed while they send; orders come twice. Bounded here; `make soak` makes it long."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.sms_providers.contract import Sms
from chalicelib.storage.messages import Message
from chalicelib.storage.outbox import OutboxEntry
from chalicelib.storage.send_queue import Order
from cli.stack import LocalStack
from tests.e2e.conftest import free_port
from tests.e2e.deployed import Deployed
from tests.support.attack import HandedOver
from tests.support.fault_proxy import FaultProxy, away, faults, throttled
from tests.support.onslaught import EasterDays, contact, intended, shops_of
from tests.support.promises_kept import (
    assert_budget_is_kept,
    assert_counts_are_those_of_the_messages,
    assert_each_at_most_once,
    assert_no_cap_is_passed,
    assert_no_hour_is_wrong,
    assert_nothing_is_left_open,
)
from tests.support.shop import PHONES
from tests.support.world import World

PATIENCE_S = 30
LOOK_S, KILLED_A_LOOK = 0.2, 0.03
"""About one worker in seven seconds: a new one takes two to begin."""
REDELIVERED_AFTER_S = 8
"""Of a queue whose workers are slower than that: orders are delivered while they are carried out."""


class Onslaught:
    """A stage behind a proxy, by the time of an Easter that is to come."""

    def __init__(self, deployed: Deployed, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self.random = Random(7)
        self.killed = 0
        self.services = deployed.services
        self._stack = deployed.stack
        self._functions = deployed.stage.client("lambda")
        self._tick = deployed.stage.outputs["TickName"]
        self._sqs = deployed.stage.client("sqs")
        self._queue = deployed.stage.outputs["SendQueueUrl"]
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"VisibilityTimeout": str(REDELIVERED_AFTER_S)})

    def pass_time(self, span: int, *, killing: bool = False) -> None:
        """Go on by a time; then a tick, and the workers until they have nothing to do."""
        clock = self.services.movable_clock
        clock.set(clock.now() + span)
        with suppress(ClientError):  # a tick that fails is followed by another
            self._functions.invoke(FunctionName=self._tick, Payload=b"{}")
        deadline = time.monotonic() + PATIENCE_S
        while self._is_busy() and time.monotonic() < deadline:
            if killing and self.random.random() < KILLED_A_LOOK:
                self._kill_a_worker()
            time.sleep(LOOK_S)

    def order_again(self, messages: list[Message]) -> None:
        """Orders that nobody gave, of messages in whatever state."""
        self.services.send_queue.put([Order(message.id, self.random.randrange(1, 4)) for message in messages])

    def record(self, messages: Mapping[str, Message]) -> list[HandedOver]:
        """What reached the provider, each at the time of its claim: the rehearsals' provider gets it a moment later."""
        record = []
        for kept in self.services.table.query("OUTBOX"):
            message = messages[kept["id"]]
            assert 0 <= kept["at"] - message.claimed_at < MINUTE, "it was handed over when it was claimed last"
            entry = OutboxEntry(kept["id"], kept["at"], kept["direction"], kept["sealed"])
            opened = self.services.outbox.opened(entry)
            sms = Sms(message.id, opened.phone, opened.sender, opened.text, message.message_class, parts=message.parts)
            record.append(HandedOver(sms, message.claimed_at, 0))
        return sorted(record, key=lambda taken: taken.at)

    def _is_busy(self) -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=names)["Attributes"]
        return any(int(number) for number in told.values())

    def _kill_a_worker(self) -> None:
        if workers := self._stack.workers("SendSms"):
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(workers), signal.SIGKILL)
                self.killed += 1


@pytest.fixture
def onslaught(tmp_path: Path) -> Iterator[Onslaught]:
    """Policies are tried elsewhere: behind a proxy a call's signature is of another host."""
    port, between = free_port(), free_port()
    with (
        FaultProxy(f"http://localhost:{port}", between) as proxy,
        LocalStack("test", port, tmp_path, persist=False, auth=False, functions_reach=proxy.url) as stack,
    ):
        stack.deploy()
        yield Onslaught(Deployed(stack), proxy)


def test_days_behind_a_network_that_fails(onslaught: Onslaught, soaking: bool) -> None:
    days = EasterDays(time.gmtime().tm_year + 1)
    clock = onslaught.services.movable_clock
    clock.set(days.thursday)
    world = cast("World", SimpleNamespace(services=onslaught.services, clock=clock))
    shops, phones = shops_of(world), list(PHONES[: 60 if soaking else 10])
    for shop in shops:
        for phone in phones:
            contact(world, shop, phone)
    rounds = 60 if soaking else 6
    made = intended(world, shops, phones, 3_000 if soaking else 120, rounds * HOUR, onslaught.random)

    troubles = {1: throttled(0.5, "dynamodb"), 3: away("dynamodb")}
    for number in range(rounds):
        onslaught.proxy.do(troubles.get(number % 6, faults(0.03, "dynamodb", "sqs")))
        onslaught.order_again(onslaught.random.sample(made, len(made) // 20))
        onslaught.pass_time(2 * HOUR if number % 4 else 20 * MINUTE, killing=True)
    onslaught.proxy.do([])
    for span in [20 * MINUTE] * 2 + [3 * HOUR] * 4 + [DAY] * 4 + [MINUTE] * 2:
        onslaught.pass_time(span)

    messages = {message.id: shops[0].stored(message) for message in made}
    record = onslaught.record(messages)
    assert_each_at_most_once(messages, record)
    assert_nothing_is_left_open(messages, record)
    assert_no_cap_is_passed(messages, record, {shop.advertiser.id: shop.advertiser.caps for shop in shops})
    assert_no_hour_is_wrong(record, days)
    assert_budget_is_kept(messages, record, shops[2].advertiser.id)
    assert_counts_are_those_of_the_messages(shops, messages, days.thursday)
    assert onslaught.killed and len(record) > len(made) // 8
