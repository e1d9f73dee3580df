"""`relance links` and `relance clicks recover`."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib.web import redirect as edge
from cli import click_recovery, links
from cli.main import app
from tests.support import gateway
from tests.support.faults import FaultyClient, at_operation
from tests.support.shop import Shop


@pytest.fixture(autouse=True)
def desk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = SimpleNamespace(services=lambda: shop.world.services)
    for module in (links, click_recovery):
        monkeypatch.setattr(module, "the_stage", lambda: stage)


def run(*words: str, says: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=says)


def made(shop: Shop, *more: str) -> dict[str, Any]:
    told = run("links", "create", "https://shop.example/p", "--advertiser", shop.advertiser.id, "--json", *more)
    assert told.exit_code == 0, told.output
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def test_a_link_is_made_shown_edited_and_drawn(shop: Shop, tmp_path: Path) -> None:
    link = made(shop, "--set", '{"tags": ["poster"]}')
    whose = ("--advertiser", shop.advertiser.id, "--json")
    assert json.loads(run("links", "show", link["code"], *whose).stdout) == link
    edited = run(
        "links", "edit", link["code"], "--target", "https://shop.example/q", "--set", '{"disabled": true}', *whose
    )
    told = json.loads(edited.stdout)
    assert (told["target"], told["disabled"], told["tags"]) == ("https://shop.example/q", True, ["poster"])
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG")):
        assert run("links", "qr", link["code"], str(tmp_path / name), *whose).exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    "words",
    [
        ("create", "http://10.0.0.1/"),
        ("create", "https://shop.example", "--set", "[]"),
        ("create", "https://shop.example", "--set", '{"colour": 1}'),
        ("create", "https://shop.example", "--slug", "a"),
        ("show", "zzz999"),
        ("edit", "zzz999"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(shop: Shop, words: tuple[str, ...]) -> None:
    told = run("links", *words, "--advertiser", shop.advertiser.id)
    assert told.exit_code == 1 and told.stderr.startswith("relance: ") and told.stderr.count("\n") == 1


def test_lost_clicks_are_recovered_from_a_file_or_from_standard_input(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = made(shop)["code"]
    throttled = shop.world.worker(FaultyClient(shop.world.dynamodb, at_operation("update_item", "unavailable")))
    capsys.readouterr()
    firefox = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    edge.handle(
        gateway.short_link(code, headers=firefox),
        throttled,
    )
    log = tmp_path / "log"
    log.write_text(capsys.readouterr().out)
    assert json.loads(run("clicks", "recover", str(log), "--json").stdout) == {"recovered": 1, "unknown_link": 0}
    assert json.loads(run("clicks", "recover", "--json", says=log.read_text()).stdout)["recovered"] == 1
    assert shop.world.counts(shop.advertiser.id) == {"click.person": 1, "click.unique_link": 1}
    assert run("clicks", "recover", str(tmp_path / "none")).exit_code == 1
