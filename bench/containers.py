"""Fresh interpreters that stand for Lambda's containers, and what each of them cost."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.endpoint import Endpoint

_ROOT = Path(__file__).resolve().parents[1]
_REGION = "eu-west-3"


@dataclass(frozen=True, slots=True)
class Run:
    """One interpreter from its start to its end."""

    output: str
    cpu_s: float
    wall_s: float


class ContainerFailed(Exception):
    """An interpreter ended with an error; the text is its own."""


class Containers:
    """Starts interpreters with a deployed function's environment and nothing of the user's.

    They find packages as Lambda's do, by the path alone: `-S` keeps an environment's `.pth` files out of the start.
    """

    def __init__(self, endpoint: Endpoint, frozen: Path, settings: Mapping[str, str]) -> None:
        self.endpoint = endpoint
        self._frozen = frozen
        self._settings = settings

    def run(self, *arguments: str) -> Run:
        """Run `python -S ARGUMENTS` to its end."""
        cpu, wall = _children_cpu(), time.perf_counter()
        ended = subprocess.run(
            _command(arguments), cwd=_ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )
        run = Run(ended.stdout, _children_cpu() - cpu, time.perf_counter() - wall)
        if ended.returncode:
            raise ContainerFailed(ended.stderr)
        return run

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `python -S ARGUMENTS`, which ends with its standard input."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            _command(arguments), cwd=_ROOT, env=self._environment(), stdin=pipe, stdout=pipe, text=True
        )

    def measure(self, work: str, rounds: int, requests: int, *, floor: bool = False) -> dict[str, Any]:
        """Run bench/inside.py in a container; gives what it prints."""
        arguments = [work, str(self._frozen), str(rounds), str(requests), "floor" if floor else "alone"]
        measured: dict[str, Any] = json.loads(self.run("-m", "bench.inside", *arguments).output)
        return measured

    def _environment(self) -> dict[str, str]:
        return {
            **self._settings,
            "AWS_ENDPOINT_URL": self.endpoint.url,
            "AWS_DEFAULT_REGION": _REGION,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PYTHONIOENCODING": "utf-8",
        }


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-S", *arguments]


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
