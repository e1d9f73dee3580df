"""`relance hours` and `relance countries`: what a country allows, asked and signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import answers
from cli.main import app
from tests.support.shop import Shop

STRICTER = """
[marketing]
open = "10:00"
close = "18:00"
closed = ["sunday", "holidays"]
source = "our counsel"

[holidays]
days = [2026-03-04]
source = "the shop is closed"
"""


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


def hours(phone: str, at: str, *more: str) -> dict[str, Any]:
    code, out, err = relance("hours", "check", phone, "--at", at, "--json", *more)
    assert code == 0, err
    told: dict[str, Any] = json.loads(out)
    assert list(told) == ["allowed", "country", "zone", "rule", "next"]
    return told


def test_a_moment_is_answered_with_exactly_five_things() -> None:
    assert hours("+33639980012", "2026-12-24T20:30:00+01:00") == {
        "allowed": False,
        "country": "FR",
        "zone": "Europe/Paris",
        "rule": "outside_hours",
        "next": "2026-12-26T08:00:00+01:00",
    }
    allowed = hours("06 39 98 00 12", "2026-03-03T07:00:00.250Z", "--class", "marketing")
    assert (allowed["allowed"], allowed["next"]) == (True, "2026-03-03T08:00:00.250+01:00")
    assert hours("+33639980012", "2026-12-26T12:00:00+01:00", "--postcode", "67000")["rule"] == "public_holiday"
    assert hours("+33639980012", "2026-03-03T08:00:00Z", "--zone", "Indian/Reunion")["zone"] == "Indian/Reunion"
    assert hours("+12125551234", "2026-03-03T17:00:00Z")["next"] is None
    assert hours("+12125551234", "2026-03-03T17:00:00Z", "--rehearse")["allowed"] is True
    assert hours("nonsense", "2026-03-03T17:00:00Z")["rule"] == "number_invalid"


@pytest.mark.parametrize("at", ["2026-03-03T08:00:00", "2026-03-03", "yesterday", "2026-13-03T08:00:00Z"])
def test_a_moment_without_an_offset_is_refused(at: str) -> None:
    code, out, err = relance("hours", "check", "+33639980012", "--at", at)
    assert (code, out) == (1, "")
    assert "offset" in err or "ISO 8601" in err


def test_france_is_signed_stricter_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "values.toml"
    file.write_text(STRICTER)
    code, out, _ = relance("countries", "sign", "FR", "--file", file, "--by", "Inès", "--json")
    told = json.loads(out)
    assert (code, told["signed"]["by"], told["hours"]["marketing"]["open"]) == (0, "Inès", "10:00")
    assert "2026-03-04" in told["holidays"]["everywhere"]
    assert "signed by Inès" in relance("countries", "list")[1]
    assert relance("countries", "take-back", "FR", "--by", "Inès")[0] == 0
    assert "signed by" not in relance("countries", "list")[1]


def test_what_cannot_be_signed_is_said(tmp_path: Path) -> None:
    file = tmp_path / "values.toml"
    for text, said in (
        (STRICTER.replace("18:00", "23:00"), "marketing"),
        (STRICTER.replace('source = "our counsel"', ""), "marketing.source"),
        ("[[[", "TOML"),
    ):
        file.write_text(text)
        code, _, err = relance("countries", "sign", "FR", "--file", file, "--by", "Inès")
        assert (code, said in err) == (1, True), err
