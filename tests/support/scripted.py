"""A server that does to each request what a test's script says next: answers, garbage, silence, a closed connection."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

_LONGEST_WAIT_S = 5

Act = Callable[[socket.socket], bool]
"""What happens to a request that has been read; whether the connection stays open."""


@dataclass
class ScriptedServer:
    """`requests` are the heads and bodies that came, in their order; `connections` is how many brought them."""

    script: list[Act]
    url: str = ""
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0

    def serve(self, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """One connection after the other, until the script is over or nobody connects any more."""
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                with suppress(OSError), connection:
                    connection.settimeout(_LONGEST_WAIT_S)
                    self._serve(tls.wrap_socket(connection, server_side=True) if tls else connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while self.script and (request := _request(reader)):
                self.requests.append(request)
                if not self.script.pop(0)(connection):
                    return


def _request(reader: BinaryIO) -> tuple[str, bytes] | None:
    head = ""
    while (line := reader.readline().decode()) not in {"", "\r\n"}:
        head += line
    length = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
    return (head, reader.read(int(length[1]))) if length else None


@contextmanager
def scripted(*acts: Act, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """A server with a script, on a free port. Where the script is over, connections are closed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "https" if tls else "http"
        server = ScriptedServer(list(acts), f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")
        thread = threading.Thread(target=server.serve, args=(listening, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def answer(content: Any, status: int = 200, *, crc: int | None = None) -> Act:
    """A whole answer as AWS gives it."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return raw(whole(body, status, crc=crc), keep=True)


def whole(body: bytes, status: int = 200, *, crc: int | None = None, more: str = "") -> bytes:
    """The bytes of one. `more` are header lines."""
    crc = zlib.crc32(body) if crc is None else crc
    head = f"HTTP/1.1 {status} X\r\nX-Amz-Crc32: {crc}\r\n{more}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def raw(sent: bytes, *, keep: bool = False) -> Act:
    """These bytes, and the connection closed unless it is kept."""

    def act(connection: socket.socket) -> bool:
        connection.sendall(sent)
        return keep

    return act


def passed_on(server: ScriptedServer, endpoint_url: str, *, answered: bool = True) -> Act:
    """What the service at an endpoint says to the request; where that is not `answered`, it has only been done."""

    def act(connection: socket.socket) -> bool:
        head, body = server.requests[-1]
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        there = http.client.HTTPConnection(endpoint_url.removeprefix("http://"))
        there.request("POST", "/", body, headers)
        answer = there.getresponse()
        content = answer.read()
        there.close()
        if answered:
            connection.sendall(whole(content, answer.status))
        return answered

    return act


def closed(_connection: socket.socket) -> bool:
    """Not a byte."""
    return False


def silent(connection: socket.socket) -> bool:
    """Nothing until the other side gives up."""
    connection.recv(1)
    return False


def dripping(sent: bytes, pause_s: float) -> Act:
    """A byte at a time, with a pause after each, until the other side gives up."""

    def act(connection: socket.socket) -> bool:
        connection.settimeout(pause_s)
        for byte in sent:
            connection.sendall(bytes([byte]))
            with suppress(TimeoutError):
                if not connection.recv(1):
                    return False
        return False

    return act
