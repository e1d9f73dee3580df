"""Deliveries to a real receiver: signed as Standard Webhooks says, at least once, under one id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage.keys import delivery as key_of
from chalicelib.webhooks.attempts import LEASE, PATIENCE
from chalicelib.webhooks.endpoint import Secret, new_secret, opened
from tests.support.gateway_double import Gateway, gateway
from tests.support.world import NOON, ORIGIN, World
from tests.webhooks.receivers import ADVERTISER, THREAD, listens, read, told, waits

SECRET = new_secret()


@pytest.fixture
def receiver() -> Iterator[Gateway]:
    with gateway((200, "thanks")) as there:
        yield there


def test_a_delivery_is_verified_by_an_implementation_that_is_not_ours(world: World, receiver: Gateway) -> None:
    webhook = listens(world, f"{receiver.url}/hooks?team=1", secret=SECRET)
    waits(world, flags=["problem"])
    world.tell()
    (got,) = receiver.received
    data = Verifier(SECRET).verify(got.body, got.headers)
    assert data == {
        "type": "conversation.waiting",
        "version": 1,
        "timestamp": "2026-03-02T10:00:00.000Z",
        "advertiser": ADVERTISER,
        "data": {"conversation": THREAD, "waiting_since": NOON, "intent": "question", "flags": ["problem"]},
    }
    assert got.line == "POST /hooks?team=1"
    assert got.headers["content-type"] == "application/json"
    (delivery,) = told(world, webhook)
    assert (delivery.state, delivery.id, delivery.status) == ("delivered", got.headers["webhook-id"], 200)
    assert world.counts(ADVERTISER) == {"webhook.delivered": 1}
    with pytest.raises(WebhookVerificationError):
        Verifier(new_secret()).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(got.body + " ", got.headers)


def test_while_a_secret_is_rotated_both_sign(world: World, receiver: Gateway) -> None:
    webhook, new = listens(world, receiver.url, secret=SECRET), new_secret()
    endpoint = opened(world.services.vault, webhook.id, webhook.sealed).rotated(new, NOON, DAY)
    for now, verified in [(NOON, {SECRET, new}), (NOON + DAY, {new})]:
        header = endpoint.headers("dlv_1", b"{}", now, NOON)["webhook-signature"]
        assert len(header.split(" ")) == len(verified)
    third = endpoint.rotated(SECRET, NOON + HOUR, DAY)
    assert third.secrets == (Secret(SECRET), Secret(new, NOON + HOUR + DAY))
    assert endpoint.rotated("whsec_", NOON, 0).secrets == (Secret("whsec_"),)


def test_slack_is_told_in_a_line_with_a_link_and_without_anybodys_name(world: World, receiver: Gateway) -> None:
    listens(world, receiver.url, form="slack")
    waits(world, flags=["problem", "stop_doubtful"])
    world.tell()
    (got,) = receiver.received
    line = "A conversation waits for an answer (question, problem, stop_doubtful)"
    assert read(got.body) == {"text": f"{line}: {ORIGIN}/console/inbox/{THREAD}"}


def test_what_fails_is_told_again_under_its_id_until_it_arrives(world: World, receiver: Gateway) -> None:
    receiver.answers[:] = [(500, "no"), (503, ""), (200, "yes")]
    webhook = listens(world, receiver.url, secret=SECRET)
    waits(world)
    world.tell()
    (waiting,) = told(world, webhook)
    assert (waiting.state, waiting.reason, waiting.attempts) == ("waiting", "status_500", 1)
    for _ in range(12):
        world.clock.advance(MINUTE)
        world.tell()
    assert len(receiver.received) == 3
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert len({got.body for got in receiver.received}) == 1
    for got in receiver.received:
        Verifier(SECRET).verify(got.body, got.headers)
    assert told(world, webhook)[0].state == "delivered"
    stored = world.services.webhooks.get(ADVERTISER, webhook.id)
    assert stored and stored.failing_since is None
    assert world.counts(ADVERTISER) == {"webhook.delivered": 1, "webhook.failed": 2}


def test_an_order_that_comes_twice_or_too_early_tells_nothing(world: World, receiver: Gateway) -> None:
    receiver.answers[:] = [(500, ""), (200, "")]
    webhook = listens(world, receiver.url)
    waits(world)
    world.notice_queue.entries *= 2
    world.tell()
    assert len(receiver.received) == 1
    world.clock.advance(MINUTE)
    world.tell()
    key = key_of(webhook.id, told(world, webhook)[0].id)
    assert world.services.deliverer.deliver(key) == "settled"
    assert len(receiver.received) == 2


class Killed(BaseException):
    """The worker's end."""


def killed() -> None:
    raise Killed


@pytest.mark.parametrize("step", [1, 2], ids=["before it is told", "before it is noted"])
def test_a_worker_that_is_killed_leaves_a_lease_and_the_same_id(world: World, receiver: Gateway, step: int) -> None:
    webhook = listens(world, receiver.url)
    waits(world)
    worker = world.worker()
    worker.deliveries.move = dying(worker.deliveries.move, step)  # type: ignore[method-assign]
    (order,) = world.notice_queue.drain()["Records"]
    with pytest.raises(Killed):
        worker.deliverer.deliver(tuple(json.loads(order["body"])))
    world.tell()
    assert len(receiver.received) == step - 1, "the lease holds"
    world.clock.advance(LEASE)
    world.tell()
    assert len(receiver.received) == step
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert told(world, webhook)[0].state == "delivered"


def dying(move: Callable[..., bool], step: int) -> Callable[..., bool]:
    """Moves until its step: the first is made before death, the second is not."""
    moved = 0

    def once_more(*args: object) -> bool:
        nonlocal moved
        moved += 1
        if moved == 2:
            killed()
        done = move(*args)
        if step == 1:
            killed()
        return done

    return once_more


def test_gone_pauses_the_webhook_and_what_comes_then_is_kept(world: World, receiver: Gateway) -> None:
    receiver.answers[:] = [(410, "")]
    webhook = listens(world, receiver.url)
    waits(world)
    world.clock.advance(1)
    waits(world, "text-2")
    world.tell()
    world.clock.advance(1)
    waits(world, "text-3")
    world.tell()
    stored = world.services.webhooks.get(ADVERTISER, webhook.id)
    assert stored and (stored.state, stored.paused) == ("paused", "gone")
    assert [(d.state, d.reason) for d in told(world, webhook)] == [
        ("dead", "gone"),
        ("dead", "paused"),
        ("dead", "paused"),
    ]
    assert len(receiver.received) == 1
    assert world.counts(ADVERTISER) == {"webhook.dead.gone": 1, "webhook.dead.paused": 1, "webhook.paused.gone": 1}


def test_three_days_of_failure_pause_the_webhook_with_a_reason(world: World, receiver: Gateway) -> None:
    receiver.answers[:] = [(500, "")]
    webhook = listens(world, receiver.url)
    waits(world)
    for hour in range(PATIENCE // HOUR + 2):
        world.clock.advance(HOUR)
        if hour == PATIENCE // HOUR:
            waits(world, "another")
        world.tell()
    stored = world.services.webhooks.get(ADVERTISER, webhook.id)
    assert stored and (stored.state, stored.paused) == ("paused", "failing")
    assert {d.state for d in told(world, webhook)} == {"dead"}


def test_a_redirect_is_not_followed(world: World, receiver: Gateway) -> None:
    with gateway((200, "")) as elsewhere:
        receiver.answers[:] = [(307, "")]
        receiver.headers["Location"] = elsewhere.url
        webhook = listens(world, receiver.url)
        waits(world)
        world.tell()
        assert elsewhere.received == []
    assert told(world, webhook)[0].reason == "status_307"


def test_nothing_of_a_receivers_answer_is_kept(world: World, receiver: Gateway) -> None:
    receiver.answers[:] = [(500, "camille@client.example called +33639980012")]
    listens(world, receiver.url)
    waits(world)
    world.tell()
    assert "camille" not in str(world.items()) and "639980012" not in str(world.items())


def test_neither_address_nor_secret_stands_in_the_table(world: World, receiver: Gateway) -> None:
    listens(world, f"{receiver.url}/services/T000/B000/XXXX", secret=SECRET)
    waits(world)
    world.tell()
    dump = str(world.items())
    assert "B000" not in dump and SECRET not in dump and SECRET.removeprefix("whsec_") not in dump
