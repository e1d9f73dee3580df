"""`relance sms`."""

from __future__ import annotations

import json

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
