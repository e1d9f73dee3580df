"""Redirects per CPU-second with everything in it: the HTTP server, the function, and DynamoDB Local behind it.

What asks is not in it. Both processes' CPU time is read from /proc, user's and kernel's.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import boto3

from bench import visits
from bench.containers import Containers
from bench.endpoint import Endpoint
from bench.figures import Figure
from chalicelib.aws.boto import calls_through
from chalicelib.clock import StoppedClock
from chalicelib.storage import links
from chalicelib.storage.codec import decode_item
from chalicelib.storage.table import Table
from tests.local.dynamodb_local import DynamoDBLocal
from tests.support.template import table_request

BEST_PEER = 497
"""Redirects per CPU-second of YOURLS with nginx, php-fpm and MariaDB, each click logged and the database's CPU time in
it: the best of four peers, on a machine with two cores."""
_LEAST = 2 * BEST_PEER
_COLLECTOR = "-XX:+UseSerialGC"
"""Java's collector without threads of its own: the others work ahead on cores that nobody else needs."""
CONNECTIONS = 16
LINKS = 1_000


@dataclass(frozen=True, slots=True)
class _Window:
    answered: int
    served_cpu_s: float
    database_cpu_s: float
    seconds: float

    @property
    def per_cpu_second(self) -> float:
        return self.answered / (self.served_cpu_s + self.database_cpu_s)


def figure(frozen: Path, world: dict[str, Any], *, windows: int, window_s: float, warm_up: int) -> Figure:
    """The median of some windows, after the database's compiler has settled."""
    with DynamoDBLocal(_COLLECTOR) as database:
        codes = _links(database.endpoint_url, world)
        settings = world["settings"]
        containers = Containers(Endpoint(database.endpoint_url), frozen, settings)
        with _served(containers, world["now"]) as (url, pid):
            visitors = Visitors(url, codes)
            answered = 0
            while answered < warm_up:
                answered += visitors.ask(1)
            seen = [_window(visitors, pid, database.pid, window_s) for _ in range(windows)]
            visitors.leave()
    return Figure(
        "redirect.per_cpu_second",
        round(median(window.per_cpu_second for window in seen)),
        _LEAST,
        "/s",
        "redirects over HTTP per CPU-second of bench/served.py (server and function) and of DynamoDB Local"
        f" ({_COLLECTOR}) together, {CONNECTIONS} kept-alive connections, {LINKS} links, each click kept;"
        f" median of {windows} windows of"
        f" {window_s:g} s after {warm_up:,} redirects of warm-up; at least twice the best peer's {BEST_PEER}",
        tuple(
            f"{window.answered / window.seconds:.0f} a second;"
            f" {1e6 * window.served_cpu_s / window.answered:.0f} µs of CPU each ours,"
            f" {1e6 * window.database_cpu_s / window.answered:.0f} µs the database's: {window.per_cpu_second:.0f} /s"
            for window in seen
        ),
        at_least=True,
    )


class Visitors:
    """As many browsers as there are connections, each of which asks again as soon as it is answered."""

    def __init__(self, url: str, codes: list[str]) -> None:
        parts = urlsplit(url)
        self._requests = [_request(code) for code in codes]
        self._asked = 0
        self._selector = selectors.DefaultSelector()
        for _ in range(CONNECTIONS):
            connection = socket.create_connection((parts.hostname, parts.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(connection, selectors.EVENT_READ)
            self._ask(connection)

    def ask(self, seconds: float) -> int:
        """Go on for some seconds; gives how many were answered, each of them with a landing."""
        answered = 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for key, _ in self._selector.select(1):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                answer = connection.recv(65_536)
                if not answer.startswith(b"HTTP/1.1 302"):
                    raise NotLanded(answer[:200])
                answered += 1
                self._ask(connection)
        return answered

    def leave(self) -> None:
        """Close the connections."""
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def _ask(self, connection: socket.socket) -> None:
        connection.sendall(self._requests[self._asked % len(self._requests)])
        self._asked += 1


class NotLanded(Exception):
    """A redirect was answered with something else."""


def _request(code: str) -> bytes:
    event = visits.click(code)
    headers = "".join(f"{name}: {value}\r\n" for name, value in event["headers"].items())
    return f"GET /{code} HTTP/1.1\r\n{headers}\r\n".encode()


def _links(endpoint_url: str, world: dict[str, Any]) -> list[str]:
    """The deployed table, its stream included, with links in it; gives their codes."""
    name = world["settings"]["TABLE_NAME"]
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name="eu-west-3",
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
    )
    client.create_table(**table_request(name))
    table = Table(calls_through(client), name, StoppedClock(world["now"]))
    template = next(item for item in world["items"] if item["pk"]["S"] == f"LINK#{world['code']}")
    given = links.from_item(decode_item(template))
    codes = [f"{number:010d}" for number in range(LINKS)]
    table.put_many([links.create(replace(given, code=code)) for code in codes])
    return codes


@contextmanager
def _served(containers: Containers, now: int) -> Iterator[tuple[str, int]]:
    """The server's address and process."""
    with containers.start("-m", "bench.served", str(now)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.stdin.close()


def _window(visitors: Visitors, served: int, database: int, seconds: float) -> _Window:
    before, started = (_cpu_s(served), _cpu_s(database)), time.monotonic()
    answered = visitors.ask(seconds)
    took = time.monotonic() - started
    return _Window(answered, _cpu_s(served) - before[0], _cpu_s(database) - before[1], took)


def _cpu_s(pid: int) -> float:
    """CPU time that a process has had, with all its threads, in seconds."""
    # The second field is the command in brackets, which may have spaces; the times are the 14th and 15th.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
