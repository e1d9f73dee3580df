"""P3: no cap is ever exceeded, with any number of workers. On DynamoDB Local: moto lets races through."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.messaging.dispatch import Contended
from chalicelib.sms_providers.contract import SendError, Sms
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message
from tests.support.faults import FaultyClient, at_call
from tests.support.shop import CAMILLE, PHONES, Shop, open_shop
from tests.support.world import World

CAP = 3
WORKERS = 32


def send_at_once(world: World, orders: list[Message]) -> None:
    """Every order to a worker with a client of its own, all of them at the same moment; then what is left to retry."""
    clients = [world.own_client() for _ in range(WORKERS)]
    start = threading.Barrier(WORKERS)

    def work(number: int) -> list[Message]:
        left = []
        dispatch = world.worker(clients[number]).dispatch
        start.wait()
        for order in orders[number::WORKERS]:
            try:
                dispatch.send(order.id, order.version)
            except Contended:
                left.append(order)
        return left

    with ThreadPoolExecutor(WORKERS) as pool:
        for left in list(pool.map(work, range(WORKERS))):
            for order in left:
                world.services.dispatch.send(order.id, order.version)


def outcome(shop: Shop, message: Message) -> tuple[str, str | None]:
    stored = shop.stored(message)
    return stored.state, stored.reason


def assert_cap_is_kept(shop: Shop, person: str, messages: list[Message]) -> None:
    handed_over = [sms.message_id for sms in shop.world.provider.sent]
    in_ledger = [send.message for send in shop.world.services.ledgers.get(person).sends]
    assert len(handed_over) == CAP
    assert sorted(in_ledger) == sorted(handed_over)
    for message in messages:
        expected = ("sent", None) if message.id in handed_over else ("refused", "cap_reached")
        assert outcome(shop, message) == expected


def test_sixty_four_sends_at_once_to_one_phone(exact_world: World, soaking: bool) -> None:
    shop = open_shop(exact_world, caps=(CapRule(CAP),))
    person = shop.contact()
    messages = [shop.message() for _ in range(1_000 if soaking else 64)]

    send_at_once(exact_world, messages)

    assert_cap_is_kept(shop, person, messages)


def test_every_order_twice_and_out_of_order(exact_world: World, soaking: bool) -> None:
    shop = open_shop(exact_world, caps=(CapRule(CAP),))
    person = shop.contact()
    messages = [shop.message() for _ in range(500 if soaking else 32)]
    orders = [*messages, *messages]
    random.Random(3).shuffle(orders)

    send_at_once(exact_world, orders)

    assert_cap_is_kept(shop, person, messages)


def test_a_cap_holds_over_advertisers(exact_world: World) -> None:
    """The phone is one person's, whoever writes to it."""
    shops = [open_shop(exact_world, caps=(CapRule(CAP),)) for _ in range(4)]
    for shop in shops:
        shop.contact()
    messages = [shop.message() for shop in shops for _ in range(8)]

    send_at_once(exact_world, messages)

    assert len(exact_world.provider.sent) == CAP


def test_places_that_refusals_give_back_are_taken_once(exact_world: World) -> None:
    """Half of what is claimed is refused by the provider while others claim: never one over, and nothing is lost."""
    shop = open_shop(exact_world, caps=(CapRule(CAP), CapRule(CAP + 1, level="advertiser", counts="parts")))
    person = shop.contact()
    messages = [shop.message() for _ in range(48)]
    refused = {message.id for message in messages[::2]}

    def refuse_half(sms: Sms) -> None:
        if sms.message_id in refused:
            raise SendError("rejected")

    exact_world.provider.before = refuse_half
    send_at_once(exact_world, messages)

    handed_over = sorted(sms.message_id for sms in exact_world.provider.sent)
    assert len(handed_over) <= CAP
    assert sorted(send.message for send in exact_world.services.ledgers.get(person).sends) == handed_over
    ends = {("sent", None), ("failed", "rejected"), ("refused", "cap_reached")}
    assert {outcome(shop, message) for message in messages} <= ends


def test_sends_to_different_phones_do_not_hinder_each_other(exact_world: World) -> None:
    shop = open_shop(exact_world, caps=(CapRule(1),))
    for phone in PHONES[:20]:
        shop.contact(phone)
    messages = [shop.message(phone) for phone in PHONES[:20]]

    send_at_once(exact_world, messages)

    assert sorted(sms.to for sms in exact_world.provider.sent) == sorted(PHONES[:20])


def test_nothing_is_sent_when_the_ledger_cannot_be_read(exact_world: World) -> None:
    shop = open_shop(exact_world)
    shop.contact(CAMILLE)
    message = shop.message(CAMILLE)
    reads = ["message", "advertiser", "site", "contact", "ledger"]
    blind = exact_world.worker(FaultyClient(exact_world.dynamodb, at_call(reads.index("ledger"), "unavailable")))

    with pytest.raises(StorageUnavailable):
        blind.dispatch.send(message.id, message.version)

    assert exact_world.provider.sent == []
    assert shop.stored(message).state == "queued"
