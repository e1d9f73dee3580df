"""`relance replies`."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.sms_providers.contract import InboundText
from cli import replies
from cli.main import app
from tests.support.shop import CAMILLE
from tests.support.world import World


def classify(given: bytes, *options: str) -> list[dict[str, Any]]:
    told = CliRunner().invoke(app, ["replies", "classify", *options], input=given)
    assert told.exit_code == 0
    return [json.loads(line) for line in told.stdout_bytes.decode().splitlines()]


def test_each_reply_gets_an_answer_of_one_line() -> None:
    stop, problem = classify("Arrêtez de m'écrire !\nproduit cassé\n".encode(), "--json")
    assert stop == {
        "text": "Arrêtez de m'écrire !",
        "intent": "stop",
        "stop": "certain",
        "confidence": 0.99,
        "because": ["Arrêtez de m'écrire"],
    }
    assert (problem["intent"], problem["stop"], problem["because"]) == ("problem", "no", ["cassé"])


def test_empty_lines_are_no_replies_and_ends_of_lines_no_text() -> None:
    assert [told["text"] for told in classify(b"\xef\xbb\xbfSTOP\r\n\r\n   \n9\n\n")] == ["STOP", "9"]


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    broken, whole = classify(b"stop \xff\xfe\nOK")
    assert broken["stop"] == "certain" and broken["text"] == "stop ��"
    assert whole["intent"] == "opt_in"


def test_details_tell_the_scope() -> None:
    (told,) = classify(b"STOP TOUT", "--details")
    assert told["everywhere"] is True and told["contact"] is False and told["start"] is False


def test_the_operator_reads_what_is_nobodys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "the_stage", lambda: SimpleNamespace(services=lambda: world.services))
    world.services.inbound.receive(InboundText("t-1", CAMILLE, "36123", "Où est mon colis ?"))
    (stray,) = json.loads(CliRunner().invoke(app, ["replies", "strays", "--json"]).stdout)["strays"]
    assert (stray["from"], stray["to"], stray["text"]) == (CAMILLE, "36123", "Où est mon colis ?")
    assert CAMILLE not in str(world.items())
