"""Stands between deployed functions and AWS, and does to their calls what a network and a busy service do."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from contextlib import suppress
from typing import Any, Self

from cli.artifact import EXECUTABLES

Rule = dict[str, Any]
_START_S = 20


def faults(rate: float, *services: str) -> list[Rule]:
    """Throttles, errors, resets, answers that are lost after the call was done, and delays; each at the rate.

    But for reads of the stage's clock: only tests move it, and who cannot read it takes the real time for its own.
    """
    kinds: list[Rule] = [
        {"error": {"code": "ThrottlingException", "status": 400}},
        {"error": {"code": "InternalServerError", "status": 500}},
        {"reset": True},
        {"response": {"abort_bytes": 0}},
        {"latency": {"min": 200, "max": 1_500}},
    ]
    return [_rule(service, rate) | kind for service in services for kind in kinds]


def away(*services: str) -> list[Rule]:
    """Nothing is answered but by an error."""
    return [_rule(service, 1) | {"error": {"code": "InternalServerError", "status": 500}} for service in services]


def throttled(rate: float, *services: str) -> list[Rule]:
    """So many calls are refused."""
    throttle = {"error": {"code": "ThrottlingException", "status": 400}}
    return [_rule(service, rate) | throttle for service in services]


def _rule(service: str, rate: float) -> Rule:
    return {"service": service, "probability": rate, "body": "Key.pk.S != 'CLOCK'"}


class FaultProxy:
    """A microburst process on 127.0.0.1, in front of `upstream`."""

    def __init__(self, upstream: str, port: int) -> None:
        self._upstream = upstream
        self._port = port

    @property
    def url(self) -> str:
        """What the functions take for AWS."""
        return f"http://localhost:{self._port}"

    def __enter__(self) -> Self:
        address = ["--upstream", self._upstream, "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [EXECUTABLES / "microburst", *address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with suppress(OSError):
                self._ask("GET", "health")
                return self
            time.sleep(0.1)
        self._process.kill()
        raise TimeoutError("the fault proxy did not start")

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.wait()

    def do(self, rules: list[Rule]) -> None:
        """From now on these rules hold, and no others."""
        self._ask("POST", "rules", rules)

    def _ask(self, method: str, what: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        connection.request(method, f"/_microburst/{what}", json.dumps(body) if body is not None else None)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        assert answer.status == http.client.OK, told
        return told
