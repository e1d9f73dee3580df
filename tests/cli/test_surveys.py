"""`relance surveys`, as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.clock import DAY, MINUTE
from cli import surveys
from cli.main import app
from tests.replies.surveying import Polled
from tests.support.shop import Shop

CHOICES = [{"code": "A", "label": "Un chat"}, {"code": "B", "label": "Un chien"}]
CONTEST = {"name": "Lot", "kind": "contest", "winners": 1, "questions": [{"text": "Lequel ?", "choices": CHOICES}]}


@pytest.fixture(autouse=True)
def stage(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = type("Stage", (), {"services": lambda _: world.services})()
    monkeypatch.setattr(surveys, "the_stage", lambda: stage)


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["surveys", *words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.output.splitlines()[-1]) if code == 0 else done.output


def test_a_contest_by_the_operators_hand(shop: Shop, tmp_path: Path) -> None:
    of, file = shop.advertiser.id, tmp_path / "contest.json"
    file.write_text(json.dumps(CONTEST | {"closes_at": shop.world.clock.now() + DAY}))
    made = run("create", of, str(file))
    survey = shop.world.services.surveys.get(of, made["survey"])
    assert survey
    contest = Polled(shop, survey)
    person = contest.ask()
    shop.world.clock.advance(MINUTE)
    contest.reply(person, "un chat")
    assert run("results", of, survey.id)["people"] == 1
    assert "has ended" in run("draw", of, survey.id, code=1)
    shop.world.clock.advance(2 * DAY)
    (winner,) = run("draw", of, survey.id)["winners"]
    table = tmp_path / "answers.csv"
    assert run("export", of, survey.id, "--to", str(table))["answers"] == 1
    assert table.read_text().splitlines()[1].startswith(winner)
    assert [(one["state"], one["people"]) for one in run("list", of)["surveys"]] == [("closed", 1)]


def test_what_is_wrong_with_a_file_is_told(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "survey.json"
    file.write_text(json.dumps(CONTEST | {"winners": 0}))
    assert "winners: a contest has winners" in run("create", shop.advertiser.id, str(file), code=1)
    assert "no such advertiser" in run("create", "adv_none", str(file), code=1)
    assert "no such survey" in run("results", shop.advertiser.id, "srv_none", code=1)
