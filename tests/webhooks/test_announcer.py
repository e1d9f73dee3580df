"""An announcement is stored for each webhook that wants it, once, and needs no queue to be found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import MINUTE
from chalicelib.storage.jobs import Jobs
from chalicelib.storage.keys import NOTICES
from chalicelib.storage.notice_queue import decode
from chalicelib.storage.webhooks import Webhook
from chalicelib.webhooks.events import EVENTS, check
from tests.support.world import NOON, World

WAITS = {"conversation": "thr_01J0000000", "waiting_since": NOON, "intent": "question", "flags": ["problem"]}


def webhook(world: World, name: str = "helpdesk", *events: str, advertiser: str = "adv_a") -> Webhook:
    wanted = events or ("conversation.waiting",)
    made = Webhook(f"wh_{name}", advertiser, name, "json", wanted, b"sealed", NOON)
    assert world.services.webhooks.save(made, None)
    return made


def announce(world: World, thing: str = "text-1", body: dict[str, Any] | None = None) -> int:
    return world.services.announcer.announce("adv_a", "conversation.waiting", thing, WAITS if body is None else body)


def test_each_webhook_of_the_advertiser_that_wants_it_is_told_once_however_often_it_is_announced(world: World) -> None:
    one, two = webhook(world, "one"), webhook(world, "two", "stop.received", "conversation.waiting")
    webhook(world, "other", "stop.received")
    webhook(world, "stranger", advertiser="adv_b")
    assert (announce(world), announce(world)) == (2, 0)
    ordered = [decode(entry["MessageBody"]) for entry in world.notice_queue.entries]
    told = [world.services.deliveries.get(key) for key in ordered]
    assert {(d.webhook, d.state) for d in told if d} == {(one.id, "waiting"), (two.id, "waiting")}
    assert announce(world, "text-2") == 2


def test_a_worker_that_died_between_two_webhooks_goes_on_with_the_second(world: World) -> None:
    webhook(world, "one")
    assert announce(world) == 1
    webhook(world, "two")
    assert announce(world) == 1


def test_what_the_queue_does_not_take_is_due_all_the_same(world: World) -> None:
    webhook(world)
    world.notice_queue.is_away = True
    assert announce(world) == 1
    assert [job.key[0] for job in Jobs(world.services.table, NOTICES).due(NOON)] == ["WEBHOOK#wh_helpdesk"]


def test_what_a_paused_webhook_is_not_told_is_kept_to_be_replayed(world: World) -> None:
    made = webhook(world)
    assert world.services.webhooks.save(replace(made, state="paused", paused="by_hand", version=2), made)
    assert announce(world) == 0
    (kept,) = world.services.deliveries.newest(made.id, 10)
    assert (kept.state, kept.reason) == ("dead", "paused")
    assert world.notice_queue.entries == []
    assert list(Jobs(world.services.table, NOTICES).due(NOON + MINUTE)) == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"conversation": "thr_01J0000000"},
        WAITS | {"text": "Où est mon colis ?"},
        WAITS | {"conversation": "+33639980012"},
        WAITS | {"intent": "appelez-moi au 06 39 98 00 12"},
        WAITS | {"flags": ["camille@client.example"]},
        WAITS | {"waiting_since": "0639980012"},
        WAITS | {"waiting_since": True},
    ],
)
def test_no_text_phone_or_e_mail_fits_into_a_body(world: World, told: dict[str, Any]) -> None:
    webhook(world)
    with pytest.raises(ValueError, match=r"conversation\.waiting: \w+"):
        announce(world, body=told)
    assert world.of_type("delivery") == []


def test_an_event_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no event"):
        check("conversation.deleted", {})
    assert all("." in name for name in EVENTS if name != "ping")
