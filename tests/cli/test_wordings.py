"""`relance wordings`: a text is registered once, and an import names it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import answers
from cli.main import app
from tests.support.shop import Shop

CSV = "phone;consent.sms_marketing;consent_at;source\n+33639980001;yes;2026-01-10;till\n"


@pytest.fixture(autouse=True)
def stage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stage:
        def services(self) -> Any:
            return shop.world.services

    monkeypatch.setattr(answers, "connect", Stage)


def relance(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def add(shop: Shop, text: str, *more: str) -> tuple[int, str, str]:
    return relance("wordings", "add", "till-1", "--base", shop.advertiser.id, "--sms-marketing", text, *more)


def test_a_text_is_added_once_and_listed(shop: Shop) -> None:
    code, out, _ = add(shop, "J'accepte", "--json")
    assert (code, json.loads(out)["added"]) == (0, True)
    assert json.loads(add(shop, "J'accepte", "--json")[1])["added"] is False
    code, _, err = add(shop, "Autre")
    assert (code, "new id" in err) == (1, True)
    listed = json.loads(relance("wordings", "list", "--base", shop.advertiser.id, "--json")[1])["wordings"]
    assert [wording["texts"] for wording in listed] == [{"sms_marketing": "J'accepte"}]


def test_a_base_that_is_none_is_said(shop: Shop) -> None:
    assert relance("wordings", "list", "--base", "adv_nobody")[0] == 1
    assert relance("wordings", "list", "--base", "partner")[0] == 0


@pytest.mark.parametrize(("wording", "known"), [("till-1", True), ("v1", False)])
def test_an_import_says_whether_it_knows_the_wording(shop: Shop, tmp_path: Any, wording: str, known: bool) -> None:
    add(shop, "J'accepte")
    file = tmp_path / "contacts.csv"
    file.write_text(CSV)
    options = ("--base", shop.advertiser.id, "--wording", wording, "--brokers", "First, Second")
    code, out, _ = relance("contacts", "import", file, *options, "--json")
    assert (code, json.loads(out)["accepted"], json.loads(out)["wording_known"]) == (0, 1, known)
    assert ("not registered" in relance("contacts", "import", file, *options)[1]) is not known


def test_a_rehearsal_cannot_know_and_says_nothing(shop: Shop, tmp_path: Any) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(CSV)
    out = relance("contacts", "import", file, "--dry-run", "--wording", "v1", "--json")[1]
    assert json.loads(out)["wording_known"] is None
