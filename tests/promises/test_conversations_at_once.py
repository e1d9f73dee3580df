"""P2 in conversations: texts and answers that come at once, and twice, are each there once, and none is forgotten."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.storage.conversation_counts import standing_scope
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.talk import heard, write
from tests.support.world import World

WORKERS = 8


@pytest.fixture
def shop(exact_world: World) -> Shop:
    return open_shop(exact_world)


def test_a_double_click_is_one_sms_and_texts_that_come_with_it_go_on_waiting(shop: Shop) -> None:
    world, start = shop.world, threading.Barrier(WORKERS)
    question = write(shop, "C'est en stock ?")
    world.clock.advance(1_000)
    workers = [world.worker(world.own_client()) for _ in range(WORKERS)]

    def act(number: int) -> None:
        start.wait()
        while True:
            try:
                if number % 2:
                    text = heard(workers[number], shop.advertiser.id, "Et en bleu ?", CAMILLE, f"again-{number // 4}")
                    workers[number].threads.heard(text, world.clock.now())
                else:
                    desk = workers[number].conversation_desk
                    desk.answer(shop.advertiser.id, question.id, "Oui.", "click-1", question.texts)
            except StorageUnavailable:
                continue  # As a queue does, and a person.
            return

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(act, range(WORKERS)))

    world.work()
    assert [sms.text for sms in world.provider.sent] == ["Oui."]
    thread = world.services.threads.by_id(question.id)
    assert thread and (thread.texts, thread.state) == (3, "waiting")
    said = world.services.threads.entries(question.id)
    assert sorted(one.direction for one in said) == ["in", "in", "in", "out"]
    (row,) = world.of_type("inbox_row")
    assert row["thread"] == question.id and row["sk"].startswith("waiting#")
    standing = world.services.counters.read_in_all(standing_scope(shop.advertiser.id))
    assert {state: number for state, number in standing.items() if number} == {"waiting": 1}
