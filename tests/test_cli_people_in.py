"""`relance migrate` and `relance numbers`, as an operator calls them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from cli import migrate as migrate_command
from cli import numbers as numbers_command
from cli.main import app
from tests.support.shop import CAMILLE, MALIK, Shop

EXPORT = f"""Phone Number,SMS Consent,SMS Consent Timestamp
{CAMILLE},SUBSCRIBED,2026-01-05
{MALIK},UNSUBSCRIBED,2026-01-06
"""


@pytest.fixture(autouse=True)
def stage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (migrate_command, numbers_command):
        monkeypatch.setattr(command, "the_stage", lambda: SimpleNamespace(services=lambda: shop.world.services))
        monkeypatch.setattr(command, "demo_state", lambda: None)


def relance(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=given)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "klaviyo.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def test_a_dry_run_needs_no_base_and_writes_nothing(shop: Shop, export: Path) -> None:
    answer = relance("migrate", "klaviyo", str(export), "--dry-run", "--json")
    told = json.loads(answer.stdout)
    assert (told["rows"], told["sendable"], told["matchable"], told["opposed"]) == (2, 1, 0, {"new": 1})
    assert shop.world.of_type("contact") == []


def test_people_come_over(shop: Shop, export: Path) -> None:
    answer = relance("migrate", "Klaviyo", f"contacts={export}", "--base", shop.advertiser.id)
    assert answer.exit_code == 0, answer.output
    assert "sendable: 1; not: none" in answer.stdout
    assert "matchable: 0; not: 1 no_matching_consent" in answer.stdout
    assert len(shop.world.of_type("contact")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("migrate", "mailchimp", "FILE", "--dry-run"),
        ("migrate", "klaviyo", "nowhere.csv", "--dry-run"),
        ("migrate", "klaviyo", "FILE"),
        ("migrate", "klaviyo", "FILE", "--base", "adv_none"),
        ("migrate", "klaviyo", "FILE", "--dry-run", "--map", "phone"),
        ("migrate", "smsapi", "FILE", "--dry-run"),
        ("numbers", "check", "--price", "0.006"),
        ("numbers", "check", "--price", "free", "--base", "adv"),
        ("numbers", "check", "--price", "-1", "--base", "adv"),
    ],
)
def test_what_cannot_be_done_is_said(export: Path, wrong: tuple[str, ...]) -> None:
    answer = relance(*(str(export) if word == "FILE" else word for word in wrong))
    assert answer.exit_code == 1
    assert answer.stderr.startswith("relance: ")


def test_the_cost_of_a_check_is_told_and_no_number_of_fiction_is_asked_for(shop: Shop) -> None:
    shop.contact(CAMILLE)
    answer = relance("numbers", "check", "--price", "0,006", "--base", shop.advertiser.id, "--json")
    assert json.loads(answer.stdout) == {"numbers": 0, "fictional": 1, "cost": 0}


def test_whose_numbers_are_is_noted(shop: Shop) -> None:
    assert "1 numbers of 1 advertisers" in relance("numbers", "owners").stdout
    assert json.loads(relance("numbers", "owners", "--json").stdout) == {"advertisers": 1, "numbers": 1}
    assert shop.world.services.senders.owners(shop.advertiser.sender) == {shop.advertiser.id}
