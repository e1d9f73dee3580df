"""`relance sms`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from cli.main import app


def test_a_text_is_counted_for_programs() -> None:
    told = CliRunner().invoke(app, ["sms", "count", "Prêt… 5 €", "--json"])
    assert json.loads(told.stdout) == {
        "encoding": "UCS-2",
        "units": 9,
        "parts": 1,
        "culprits": ["ê", "…"],
        "safe": "Pret... 5 €",
    }


def test_a_text_is_counted_for_people() -> None:
    told = CliRunner().invoke(app, ["sms", "count", "-20 % sur les forêts"])
    assert told.stdout.splitlines() == [
        "1 SMS, 20 units of UCS-2",
        "not in GSM-7: ê (U+00EA)",
        "as 1 SMS, 20 units of GSM-7: -20 % sur les forets",
    ]


def test_bytes_that_are_no_text_are_refused() -> None:
    told = CliRunner().invoke(app, ["sms", "count", "a\udcff"])
    assert told.exit_code == 1 and "UTF-8" in told.stderr


def test_a_text_is_previewed_for_rows(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("first_name,product,city\nCamille,Lampe Lune,Lille\nZoë,,Sète\n", encoding="utf-8")
    text = "{{ brand }}: bonjour {{ first_name }} de {{ fields.city }}, {{ product }} vous attend {{ link }}"
    told = CliRunner().invoke(app, ["sms", "preview", text, "--rows", str(rows), "--json"])
    found = json.loads(told.stdout)
    assert found["recipients"] == 2 and found["culprits"] == {"ë": 1}
    assert found["written"]["parts"] == 2 and found["written"]["price"] == {"micro": 100_000, "currency": "EUR"}
    assert "Zoë de Sète, votre panier vous" in found["written"]["text"] and found["safe"]["parts"] == 1
    said = CliRunner().invoke(app, ["sms", "preview", text, "--rows", str(rows)]).stdout
    assert "worst: 2 SMS (0.1000 EUR)" in said and "not in GSM-7: ë (1)" in said


def test_a_text_that_cannot_be_filled_in_says_why() -> None:
    told = CliRunner().invoke(app, ["sms", "preview", "{{ nobody }}"])
    assert told.exit_code == 1 and "there is no value nobody" in told.stdout


def test_a_text_that_has_no_gsm_safe_spelling_is_not_shown_twice() -> None:
    told = CliRunner().invoke(app, ["sms", "count", "-20 % 😀"])
    assert told.stdout.splitlines() == ["1 SMS, 8 units of UCS-2", "not in GSM-7: 😀 (U+1F600)"]
