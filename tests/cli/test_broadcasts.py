"""`relance broadcasts` and `relance segments size`: rehearsed in full, stopped, and held against what became of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import broadcasts, segments
from cli.main import app
from tests.messaging.test_broadcasts import KEY, audience, pass_minutes, planned
from tests.support.shop import PHONES, Shop


@pytest.fixture(autouse=True)
def stage(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = type("Stage", (), {"services": lambda _: world.services})()
    for commands in (broadcasts, segments):
        monkeypatch.setattr(commands, "the_stage", lambda: stage)


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.output.splitlines()[-1]) if code == 0 else done.output


def test_a_broadcast_by_the_operators_hand(shop: Shop) -> None:
    segment = audience(shop, PHONES[:2])
    of = (shop.advertiser.id, planned(shop, segment, pace=1).id)
    assert run("segments", "size", shop.advertiser.id, segment.id, "--template", "sale")["sends"]["people"] == 2
    assert run("broadcasts", "rehearse", *of)["exact"]
    shop.world.services.broadcast_desk.launch(shop.advertiser, of[1], KEY)
    pass_minutes(shop, 1)
    assert run("broadcasts", "pause", *of)["state"] == "paused"
    assert run("broadcasts", "resume", *of)["state"] in ("running", "scheduled")
    pass_minutes(shop, 4)
    told = run("broadcasts", "differences", *of)
    assert (told["same"], told["differences"]) == (2, [])
    assert run("broadcasts", "list", of[0])["broadcasts"][0]["state"] == "done"
    assert "the broadcast is done" in run("broadcasts", "rehearse", *of, code=1)
    assert "no such broadcast" in run("broadcasts", "cancel", of[0], "bc_none", code=1)
