"""`relance webhooks`, from the first to what did not arrive and is told again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import webhooks
from cli.main import app
from tests.support.gateway_double import gateway
from tests.support.shop import Shop


@pytest.fixture(autouse=True)
def stage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "the_stage", lambda: SimpleNamespace(services=lambda: shop.world.services))


def run(*words: str) -> Any:
    done = CliRunner().invoke(app, ["webhooks", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_webhook_is_added_tested_and_told_again_what_it_missed(shop: Shop) -> None:
    whose = shop.advertiser.id
    with gateway((410, ""), (200, "")) as receiver:
        made = run("add", whose, receiver.url, "--event", "stop.received")
        assert made["secret"].startswith("whsec_")
        sent = run("test", whose, made["webhook"])["delivery"]
        shop.world.tell()
        (listed,) = run("list", whose)["webhooks"]
        assert (listed["paused"], listed["events"]) == ("gone", ["stop.received"])
        settings: dict[str, Any] = {
            "name": "Helpdesk",
            "url": None,
            "form": "json",
            "events": ["stop.received"],
            "state": "active",
        }
        shop.world.services.webhook_desk.change(whose, made["webhook"], **settings)
        assert run("replay", whose, made["webhook"], "--missed") == {"replayed": 1}
        shop.world.tell()
    (told,) = run("deliveries", whose, made["webhook"])["deliveries"]
    assert (told["delivery"], told["state"]) == (sent, "delivered")
    assert run("rotate", whose, made["webhook"])["secret"] != made["secret"]
    assert run("remove", whose, made["webhook"])["removed"] is True
    assert run("list", whose) == {"webhooks": []}


@pytest.mark.parametrize(
    "words",
    [
        ("list", "adv_no"),
        ("add", "ADV", "http://shop.example/"),
        ("add", "ADV", "https://shop.example/", "--event", "nothing"),
        ("add", "ADV", "https://shop.example/", "--format", "xml"),
        ("test", "ADV", "wh_no"),
        ("replay", "ADV", "wh_no"),
    ],
)
def test_what_is_wrong_is_said(shop: Shop, words: tuple[str, ...]) -> None:
    asked = [shop.advertiser.id if word == "ADV" else word for word in words]
    done = CliRunner().invoke(app, ["webhooks", *asked])
    assert done.exit_code != 0 and "relance:" in done.output
