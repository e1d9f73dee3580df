"""`relance journeys`: shown, stopped, started, and what came of what they compare."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.clock import MINUTE
from chalicelib.storage.advertisers import Safeguards
from cli import journeys
from cli.main import app
from tests.journeys.test_experiments import EXPERIMENT
from tests.support.journeys import ONE_STEP, start, template
from tests.support.shop import PHONES, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream


@pytest.fixture(autouse=True)
def stage(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = type("Stage", (), {"services": lambda _: world.services})()
    monkeypatch.setattr(journeys, "the_stage", lambda: stage)


def run(*words: str, code: int = 0, text: bool = False) -> Any:
    done = CliRunner().invoke(app, ["journeys", *words, *([] if text else ["--json"])])
    assert done.exit_code == code, done.output
    return done.output if text or code else json.loads(done.output.splitlines()[-1])


def test_a_journey_by_the_operators_hand(shop: Shop) -> None:
    for name in ("question", "reminder"):
        template(shop, name, "{{ brand }} : votre panier {{ link }}")
    start(shop, "trial", EXPERIMENT)
    of = (shop.advertiser.id, "trial")
    assert run("list", of[0])["journeys"] == [{"journey": "trial", "state": "live", "version": 1}]
    assert run("show", *of)["document"]["holdout"] == 30
    assert run("stop", *of)["state"] == "stopped"
    found = run("results", *of)
    assert [arm["arm"] for arm in found["arms"]] == ["a", "b", "holdout"]
    assert "holdout: 0 people" in run("results", *of, text=True)
    assert "too early" in run("results", *of, text=True)


def test_what_is_not_there_is_said(shop: Shop) -> None:
    start(shop, "trial", EXPERIMENT)
    assert "no journey none" in run("results", shop.advertiser.id, "none", code=1)
    assert "in version 7" in run("show", shop.advertiser.id, "trial", "--version", "7", code=1)
    assert "no such journey" in run("stop", shop.advertiser.id, "none", code=1)
    assert "no advertiser adv_none" in run("start", "adv_none", "trial", code=1)


def test_a_document_is_saved_from_a_file_and_rehearsed(shop: Shop, tmp_path: Path) -> None:
    template(shop, "cart-1", "{{ brand }} : votre panier vous attend {{ link }}")
    file = tmp_path / "journey.json"
    file.write_text(json.dumps(ONE_STEP), encoding="utf-8")
    assert run("put", shop.advertiser.id, "again", str(file)) == {"journey": "again", "state": "draft"}
    found = run("rehearse", shop.advertiser.id, "again")
    assert (found["journey"], found["rows"], found["messages"]["sends"]["people"]) == ("again", [], 0)
    assert "abandoned_cart" in [one["playbook"] for one in run("playbooks")["playbooks"]]


def test_a_large_one_waits_for_a_key(shop: Shop, stream: Stream, tmp_path: Path) -> None:
    services, of = shop.world.services, (shop.advertiser.id, "again")
    services.advertisers.save(replace(shop.advertiser, safeguards=Safeguards(approve_people=0)))
    template(shop, "cart-1", "{{ brand }} : votre panier vous attend {{ link }}")
    file = tmp_path / "journey.json"
    file.write_text(json.dumps(ONE_STEP), encoding="utf-8")
    run("put", *of, str(file))
    assert "rehearse it as it is now" in run("start", *of, code=1)
    services.rosters.add([(of[0], shop.contact(PHONES[1]))])
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(PHONES[1])})
    stream.follow()
    shop.world.clock.advance(MINUTE)
    assert run("rehearse", *of)["people"] == 1
    assert run("start", *of) == {"journey": "again", "state": "draft", "waits_for": "approval"}
    assert "another one has to" in run("approve", *of, code=1)


def test_a_document_that_cannot_be_meant_is_said_by_its_place(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "journey.json"
    file.write_text(json.dumps(ONE_STEP | {"colour": "red"}), encoding="utf-8")
    done = CliRunner().invoke(app, ["journeys", "put", shop.advertiser.id, "again", str(file)])
    assert (done.exit_code, "colour: Extra inputs" in done.output) == (1, True)
