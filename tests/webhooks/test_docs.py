"""docs/webhooks.md: its table is what the code announces, and its snippets verify what the code signs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from typing import Any

import pytest

from chalicelib.webhooks.endpoint import Endpoint, Secret, new_secret
from chalicelib.webhooks.events import EVENTS
from tests.support.template import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
SECRET, FORMER = new_secret(), new_secret()
BODY = '{"type":"ping","data":{"é":1}}'.encode()


def snippet(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def headers(secret: str = SECRET, age_s: int = 0) -> dict[str, str]:
    endpoint = Endpoint("https://shop.example/", (Secret(FORMER), Secret(secret)))
    at = int(time.time() - age_s) * 1_000
    return endpoint.headers("dlv_1", BODY, at, at)


def cases() -> list[tuple[str, dict[str, str], bytes, bool]]:
    """Made when they are asked for: what was signed some minutes ago is refused."""
    return [
        (SECRET, headers(), BODY, True),
        (FORMER, headers(), BODY, True),
        (new_secret(), headers(), BODY, False),
        (SECRET, headers(), BODY + b" ", False),
        (SECRET, headers() | {"webhook-id": "dlv_2"}, BODY, False),
        (SECRET, headers(age_s=600), BODY, False),
        (SECRET, headers() | {"webhook-signature": "v1a,AAAA v1,AAAA"}, BODY, False),
    ]


def test_the_python_that_is_shown_verifies_what_is_signed_and_nothing_else() -> None:
    shown: dict[str, Any] = {}
    exec(snippet("python"), shown)
    tried = cases()
    assert [shown["verified"](secret, sent, body) for secret, sent, body, _ in tried] == [right for *_, right in tried]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_the_javascript_that_is_shown_does_too() -> None:
    tried = cases()
    given = json.dumps([[secret, sent, body.decode()] for secret, sent, body, _ in tried])
    script = snippet("js") + f"\nconsole.log(JSON.stringify({given}.map((one) => verified(...one))));"
    ran = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [right for *_, right in tried]


def test_the_table_of_events_is_the_codes() -> None:
    rows = dict(re.findall(r"^\| `([a-z.]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(EVENTS)
    for name, event in EVENTS.items():
        summary, always, may = rows[name].split(" | ")
        assert summary == event.summary
        assert re.findall(r"`(\w+)`", always) == list(event.always)
        assert re.findall(r"`(\w+)`", may) == list(event.may)
