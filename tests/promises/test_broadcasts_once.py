"""P2 for a broadcast: two starts at once, workers killed around slices; each person gets one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.storage.broadcasts import AT_ONCE, Broadcasts
from chalicelib.storage.jobs import Job
from chalicelib.storage.keys import broadcast as key_of
from tests.messaging.test_broadcasts import KEY, OTHER_KEY, audience, pass_minutes, planned, rehearsed, stored
from tests.support.shop import PHONES, Shop, open_shop
from tests.support.world import World

EVERYBODY = PHONES[: AT_ONCE + 10]


@pytest.fixture
def shop(new_exact_world: Callable[[], World]) -> Shop:
    return open_shop(new_exact_world())


def test_two_launches_and_four_workers_at_once(shop: Shop) -> None:
    broadcast = planned(shop, audience(shop, EVERYBODY), pace=6_000)
    rehearsed(shop, broadcast)
    workers = [shop.world.worker(shop.world.own_client()) for _ in range(4)]
    job = Job(key_of(shop.advertiser.id, broadcast.id), 0)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            services = workers[number]
            services.broadcast_desk.launch(shop.advertiser, broadcast.id, KEY if number % 2 else OTHER_KEY)
            for _ in range(30):
                services.broadcast_run.work(job, lambda: 900_000)
        except BaseException as error:  # noqa: BLE001 - a thread's error is the test's
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    pass_minutes(shop, 2)
    assert Counter(sms.to for sms in shop.world.provider.sent) == Counter(EVERYBODY)
    assert (stored(shop, broadcast).made, stored(shop, broadcast).state) == (len(EVERYBODY), "done")


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_worker_that_dies_around_a_slice(shop: Shop, monkeypatch: pytest.MonkeyPatch, dies: str) -> None:
    broadcast = planned(shop, audience(shop, EVERYBODY), pace=6_000)
    rehearsed(shop, broadcast)
    shop.world.services.broadcast_desk.launch(shop.advertiser, broadcast.id, KEY)
    advance, died = Broadcasts.advance, [0]

    def killed(self: Broadcasts, *told: object) -> bool:
        if dies == "after":
            advance(self, *told)  # type: ignore[arg-type]
        died[0] += 1
        raise KeyboardInterrupt

    job = Job(key_of(shop.advertiser.id, broadcast.id), 0)
    for _ in range(4):
        with monkeypatch.context() as patched:
            patched.setattr(Broadcasts, "advance", killed)
            with pytest.raises(KeyboardInterrupt):
                shop.world.services.broadcast_run.work(job, lambda: 900_000)
        if dies == "before":
            break
    assert died[0]
    shop.world.clock.advance(16 * 60_000)  # the lease of the last one ends
    for _ in range(20):
        shop.world.services.broadcast_run.work(job, lambda: 900_000)
    pass_minutes(shop, 2)
    assert Counter(sms.to for sms in shop.world.provider.sent) == Counter(EVERYBODY)
