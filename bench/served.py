"""The redirect's function behind a plain HTTP server, for the time that its standard input is open.

It stands for API Gateway and Lambda: kept-alive connections in, a proxy event for each request, the handler of `app.py`
as it is deployed, its answer out. One request at a time, as a container has them. Its own work is in the figure.

    python -m bench.served NOW_MS     prints its address; what the function logs goes to /dev/null
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
from pathlib import Path
from typing import Any

import app
from bench.inside import WorldClock
from bench.visits import proxied
from chalicelib.wiring import landing_services

_END = b"\r\n\r\n"


def main(now: str) -> None:
    """Serve on a free port of 127.0.0.1."""
    landing_services().clock = WorldClock(int(now))
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            _loop(listening)


def _loop(listening: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is listening:
                    connection, _ = listening.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(connection, selectors.EVENT_READ)
                elif isinstance(key.fileobj, socket.socket) and not _serve(key.fileobj):
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


def _serve(connection: socket.socket) -> bool:
    """Answer one request; False where there is none any more."""
    try:
        request = connection.recv(65_536)
        while request and not request.endswith(_END):
            request += connection.recv(65_536)
        if request:
            connection.sendall(_written(app.redirect(_event(request), None)))
    except ConnectionError:  # A visitor that left in the middle.
        return False
    return bool(request)


def _event(request: bytes) -> dict[str, Any]:
    first, *lines = request[: -len(_END)].decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return proxied(method, "/{code}", path, headers, path_parameters={"code": path[1:]})


def _written(answer: dict[str, Any]) -> bytes:
    body = answer["body"].encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer["headers"].items())
    return f"HTTP/1.1 {answer['statusCode']} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    main(*sys.argv[1:])
