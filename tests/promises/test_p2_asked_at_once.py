"""P2: a back end that asks for a message again and again, at once and by several workers, gets one SMS to leave."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import Conflict
from chalicelib.messaging.desk import To, Wanted
from chalicelib.messaging.given import Given
from chalicelib.storage.messages import Message
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import World

WORKERS = 8


def wanted(text: str = "Votre commande est en route") -> Wanted:
    return Wanted("shipped-A-1042", To(phone=CAMILLE), None, Given(order="A-1042", text=text))


@pytest.fixture
def shop(exact_world: World) -> Shop:
    return open_shop(exact_world)


def test_asked_for_at_once_it_is_one_message_of_one_contact_and_leaves_once(shop: Shop) -> None:
    world, start = shop.world, threading.Barrier(WORKERS)
    workers = [world.worker(world.own_client()) for _ in range(WORKERS)]

    def ask(number: int) -> str:
        start.wait()
        taken = workers[number].message_desk.ask(shop.advertiser, wanted())
        assert isinstance(taken, Message)
        return taken.id

    with ThreadPoolExecutor(WORKERS) as pool:
        ids = set(pool.map(ask, range(WORKERS)))

    assert len(ids) == len(world.of_type("message")) == len(world.of_type("message_reference")) == 1
    assert world.counts(shop.advertiser.id)["ask.taken"] == 1
    (contact,) = (world.services.contacts.get(item["base"], item["person"]) for item in world.of_type("contact"))
    assert contact is not None and contact.length == 1
    world.services.tick.run()
    for worker in workers:
        message = shop.stored(next(iter(ids)))
        worker.dispatch.send(message.id, message.version)
    assert len(world.provider.sent) == 1


def test_another_request_that_comes_at_once_is_told_that_the_id_is_taken(shop: Shop) -> None:
    world, start = shop.world, threading.Barrier(WORKERS)
    workers = [world.worker(world.own_client()) for _ in range(WORKERS)]

    def ask(number: int) -> int:
        start.wait()
        try:
            workers[number].message_desk.ask(shop.advertiser, wanted(f"Votre commande est en route, colis {number}"))
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(ask, range(WORKERS))) == 1
    assert len(world.of_type("message")) == 1
