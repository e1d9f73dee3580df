"""P6: a log line tells what happened and where, and quotes nobody."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.logs import log, log_failure

PHONE = "+33639980001"


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - it is the one that was given
        return caught


def test_a_line_is_one_json_object_without_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    log("order", message="msg_1", outcome=None, parts=2)
    assert json.loads(capsys.readouterr().out) == {"event": "order", "message": "msg_1", "parts": 2}


@pytest.mark.parametrize("error", [ValueError(PHONE), KeyError(PHONE), UnicodeError(f"cannot encode {PHONE}")])
def test_what_a_library_says_is_not_written(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    log_failure("view_failed", raised(error), view="reply")
    line = capsys.readouterr().out
    assert PHONE not in line
    told = json.loads(line)
    assert told["error"] == type(error).__name__ and told["where"].startswith("test_logs.py:")


def test_what_we_say_ourselves_is(capsys: pytest.CaptureFixture[str]) -> None:
    log_failure("refused", raised(InvalidInput([FieldError("phone", "mobile", "not a mobile's")])))
    assert json.loads(capsys.readouterr().out)["detail"] == "phone: mobile"
