"""`relance contacts import`: a rehearsal needs no stage, and answers in the form that programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.audience.spreadsheets import spreadsheet_safe
from cli import answers, contacts
from cli.main import app
from tests.support.shop import CAMILLE, Shop

CSV = "téléphone;opt-in sms;quand;source;=1+1\n06 39 98 00 01;oui;2026-10-01;caisse;-\nnobody;oui;2026-10-01;caisse;-\n"
ALWAYS = ["--map", "consent_at=quand", "--map", "formule==1+1"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contacts, "demo_state", lambda: None)
    path = tmp_path / "contacts.csv"
    path.write_text(CSV, encoding="cp1252")
    return path


def relance(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["contacts", "import", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_a_rehearsal_needs_no_stage(file: Path) -> None:
    code, out, _ = relance(file, "--dry-run", "--json", *ALWAYS)
    report: dict[str, Any] = json.loads(out)
    assert (code, report["rows"], report["accepted"], report["merged"], report["refused"]) == (0, 2, 1, 0, 1)
    assert report["errors"] == [
        {"line": 3, "field": "phone", "rule": "phone_number", "message": "this is not a phone number"}
    ]
    assert (report["columns"]["consent.sms_marketing"], report["encoding"]) == ("opt-in sms", "cp1252")


def test_people_are_told_the_columns_and_the_errors(file: Path) -> None:
    code, out, _ = relance(file, "--dry-run", *ALWAYS)
    assert code == 0
    assert "phone = 'téléphone'" in out
    assert "2 rows: 1 accepted, 0 merged, 1 refused" in out
    assert "line 3: phone:" in out


def test_a_report_file_holds_every_error_and_no_formula(file: Path, tmp_path: Path) -> None:
    report = tmp_path / "errors.csv"
    relance(file, "--dry-run", "--report", report, *ALWAYS)
    assert report.read_text(encoding="utf-8-sig").splitlines() == [
        "line,field,rule,message",
        "3,phone,phone_number,this is not a phone number",
    ]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a,b\n", b"\x00\x01\x02"])
def test_a_file_that_is_no_table_is_said_for_people_and_programs(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    code, out, err = relance(file, "--dry-run", "--json")
    assert (code, json.loads(out)["rows"]) == (1, 0)
    assert json.loads(out)["errors"] and json.loads(err)["error"]
    assert relance(file, "--dry-run")[2].startswith("relance: ")


@pytest.mark.parametrize(
    "option", [("--map", "phone"), ("--country", "Gaul"), ("--type", "x=float"), ("--map", "A B=x")]
)
def test_options_that_cannot_hold_are_refused(file: Path, option: tuple[str, str]) -> None:
    code, _, err = relance(file, "--dry-run", *option)
    assert code == 1
    assert "Traceback" not in err


def test_without_a_rehearsal_a_base_is_needed(file: Path) -> None:
    assert relance(file)[0] == 1


def test_the_stage_is_written_to(file: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stage:
        def services(self) -> Any:
            return shop.world.services

    monkeypatch.setattr(answers, "connect", Stage)
    assert relance(file, "--base", "adv_nobody")[0] == 1
    file.write_text(CSV.replace("2026-10-01", "2026-01-10"))
    code, out, _ = relance(file, "--base", shop.advertiser.id, "--json", *ALWAYS)
    assert (code, json.loads(out)["accepted"]) == (0, 1)
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.contacts.get(shop.advertiser.id, person) is not None


@pytest.mark.parametrize("text", ["=CMD|' /C calc'!A0", "+33", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_that_is_written_is_a_formula(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"
    assert spreadsheet_safe("Lyon") == "Lyon"
