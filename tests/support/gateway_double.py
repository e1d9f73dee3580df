"""A provider's own end, on this machine: keeps what it was sent, byte for byte, and answers as a test tells it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    line: str
    headers: dict[str, str]
    body: str


@dataclass
class Gateway:
    """What it got, and what it says next. An answer of None hangs up without a word, once the request is there."""

    url: str
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, str] | None] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """What each answer carries beside its length."""

    def next_answer(self) -> tuple[int, str] | None:
        """The answers in their order; the last one stays."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def gateway(*answers: tuple[int, str] | None) -> Iterator[Gateway]:
    """A gateway that listens on this machine alone."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            line = f"{self.command} {self.path}"
            there.received.append(Received(line, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = there.next_answer()
            if answer is not None:
                status, told = answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(told.encode())))
                for name, value in there.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.encode())

        do_GET = do_POST = do_PUT = _take

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    there = Gateway(f"http://127.0.0.1:{server.server_port}", answers=list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> str:
    """An address of this machine where nobody listens."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"
