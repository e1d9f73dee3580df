"""What a cold start pays for is what it imports: collect and redirect, in a fresh interpreter, leave the heavy out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import visits
from bench.containers import Containers
from bench.endpoint import running
from bench.world import PHONE, play
from chalicelib.vault import identifier_digest

AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
HEAVY = AWS | {"cryptography", "jinja2", "liquid", "phonenumbers", "pydantic", "typer", "ua_parser", "user_agents"}
PROGRAM = """
import json, sys
import app
statuses = [getattr(app, handler)(event, None)["statusCode"] for handler, event in json.loads(sys.argv[1])]
print(json.dumps({"statuses": statuses, "imported": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


class Deployed:
    """The application's functions, each call in a container of its own."""

    def __init__(self, containers: Containers, frozen: dict[str, Any]) -> None:
        self._containers = containers
        self.frozen = frozen

    def run(self, program: str) -> str:
        """What a program prints in a container."""
        return self._containers.run("-c", program).output

    def answer(self, *requests: tuple[str, dict[str, Any]]) -> tuple[list[int], set[str]]:
        """Handlers' answers to requests, one after the other, and the packages that it took to start and answer."""
        output = self._containers.run("-c", PROGRAM, json.dumps(requests)).output
        told = json.loads(output.splitlines()[-1])  # What comes before is the log.
        return told["statuses"], set(told["imported"])


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    frozen = play().frozen
    path: Path = tmp_path_factory.mktemp("bench") / "frozen.json"
    path.write_text(json.dumps(frozen), encoding="utf-8")
    with running(path) as endpoint:
        yield Deployed(Containers(endpoint, path, frozen["settings"]), frozen)


def test_a_redirect_imports_nothing_heavy(deployed: Deployed) -> None:
    statuses, imported = deployed.answer(("redirect", visits.click(deployed.frozen["code"])))
    assert statuses == [302]
    assert imported & HEAVY == set()


def test_collect_imports_of_the_heavy_only_what_checks_events(deployed: Deployed) -> None:
    site, now = deployed.frozen["site"], deployed.frozen["now"]
    beacon = visits.beacon(site, now, identifier_digest(PHONE))
    statuses, imported = deployed.answer(("collect", visits.pixel(site, now)), ("collect", beacon))
    assert statuses == [200, 202]
    assert imported & HEAVY <= {"pydantic"}


def test_other_functions_may_use_boto3(deployed: Deployed) -> None:
    """So that what is not there above would be seen if it were."""
    output = deployed.run("import sys, app; app.services().table; print('botocore' in sys.modules)")
    assert output.splitlines()[-1] == "True"
