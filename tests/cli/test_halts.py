"""`relance stop`, `relance resume` and `relance queue`."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.storage.dead_letters import DeadLetters
from chalicelib.storage.send_queue import Order, encode
from cli import halts, queue
from cli.main import app
from tests.support.shop import Shop
from tests.support.world import aws


@pytest.fixture(autouse=True)
def stage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    sqs = aws("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("SendQueueUrl", "SendDeadLettersUrl")}
    shop.world.services.dead_letters = DeadLetters(sqs, urls["SendDeadLettersUrl"], urls["SendQueueUrl"])
    stage = SimpleNamespace(services=lambda: shop.world.services, client=aws, outputs=urls)
    for module in (halts, queue):
        monkeypatch.setattr(module, "the_stage", lambda: stage)
    return stage


def run(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_everything_stands_still_and_goes_on(shop: Shop) -> None:
    assert run("stop", "--why", "complaints") == {"scope": "*", "halted": True, "new": True}
    assert run("stop")["new"] is False
    halt = shop.world.services.halts.against(shop.advertiser.id, "cart")
    assert halt and (halt.by, halt.why) == ("operator", "complaints")
    assert run("resume") == {"scope": "*", "halted": False, "new": True}
    assert shop.world.services.halts.against(shop.advertiser.id, "cart") is None


def test_one_advertiser_or_one_campaign_stands_still(shop: Shop) -> None:
    whose = ("--advertiser", shop.advertiser.id)
    assert run("stop", *whose, "--campaign", "cart")["scope"] == f"{shop.advertiser.id}#cart"
    assert shop.world.services.halts.against(shop.advertiser.id, "review") is None
    assert run("stop", *whose)["scope"] == shop.advertiser.id
    assert shop.world.services.halts.against(shop.advertiser.id, "review")


@pytest.mark.parametrize("words", [("--campaign", "cart"), ("--advertiser", "adv_no")])
def test_what_is_not_there_cannot_be_stopped(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["stop", *words]).exit_code != 0


def test_orders_that_failed_are_shown_and_given_once_more(shop: Shop, stage: SimpleNamespace) -> None:
    message = shop.message()
    for order in (Order(message.id, 1), Order("msg_gone", 1)):
        aws("sqs").send_message(QueueUrl=stage.outputs["SendDeadLettersUrl"], MessageBody=encode(order))
    found = {each["message"]: each["state"] for each in run("queue", "inspect")["orders"]}
    assert found == {message.id: "queued", "msg_gone": "gone"}
    look = shop.world.services.dead_letters.look
    assert look(1) == [], "whoever looks hides them for a moment"
    for letter in range(2):  # as if the time had passed for which looking hides them
        aws("sqs").send_message(
            QueueUrl=stage.outputs["SendDeadLettersUrl"], MessageBody=encode(Order(f"m{letter}", 1))
        )
    assert run("queue", "redrive") == {"moved": 2}
    assert run("queue", "redrive") == {"moved": 0}
    given = aws("sqs").receive_message(QueueUrl=stage.outputs["SendQueueUrl"], MaxNumberOfMessages=10)["Messages"]
    assert sorted(json.loads(letter["Body"])["message"] for letter in given) == ["m0", "m1"]
