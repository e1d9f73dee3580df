"""`relance conversations`."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from cli import conversations
from cli.main import app
from tests.support.shop import Shop
from tests.support.talk import write


@pytest.fixture(autouse=True)
def stage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "the_stage", lambda: SimpleNamespace(services=lambda: shop.world.services))


def run(shop: Shop, *words: str) -> Result:
    return CliRunner().invoke(app, ["conversations", *words, "--advertiser", shop.advertiser.id])


def test_a_conversation_is_listed_shown_answered_once_and_closed(shop: Shop) -> None:
    thread = write(shop, "C'est en stock ?").id
    shop.world.clock.advance(1_000)
    listed = json.loads(run(shop, "list", "--json").stdout)
    assert [one["conversation"] for one in listed["conversations"]] == [thread]
    for _ in range(2):
        answered = json.loads(run(shop, "answer", thread, "Oui.", "--id", "answer-1", "--json").stdout)
    told = json.loads(run(shop, "show", thread, "--json").stdout)
    assert [one["text"] for one in told["messages"]] == ["C'est en stock ?", "Oui."]
    assert told["messages"][1]["message"] == answered["message"]
    assert "Oui." in run(shop, "show", thread).stdout
    assert json.loads(run(shop, "close", thread, "--json").stdout)["state"] == "closed"


def test_what_is_wrong_is_said(shop: Shop) -> None:
    thread = write(shop, "C'est en stock ?").id
    for words in (("show", "thr_none"), ("list", "--state", "gone"), ("answer", thread, "10 % de remise pour vous")):
        refused = run(shop, *words)
        assert refused.exit_code == 1 and refused.stderr.startswith("relance: ")
