"""An AWS endpoint with canned answers: a table that is read and never changes, and the stage's secrets.

It runs in a process of its own, so that its work is in nobody's CPU time, and counts what reaches its socket: an
attempt that the client makes again by itself is a call more. Standard library only.

    python -m bench.endpoint FROZEN.json     prints its address, and ends with its standard input
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_COUNTS = "/counts"


class Endpoint:
    """A running endpoint, as its user sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def take_counts(self) -> Counter[str]:
        """Requests by operation since the counts were last taken."""
        with urllib.request.urlopen(self.url + _COUNTS) as answer:
            return Counter(json.load(answer))


@contextmanager
def running(frozen: Path) -> Iterator[Endpoint]:
    """An endpoint that answers out of `frozen` (see bench/world.py)."""
    command = [sys.executable, "-m", "bench.endpoint", str(frozen)]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Endpoint(process.stdout.readline().strip())
        finally:
            process.stdin.close()


class Canned:
    """The answers, by operation."""

    def __init__(self, items: list[dict[str, Any]], secrets: dict[str, str]) -> None:
        self._items = {_key(item): item for item in items}
        self._secrets = secrets

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        """What AWS would say; None for what nobody has put in the can."""
        match operation:
            case "GetItem":
                item = self._items.get(_key(request["Key"]))
                return {"Item": item} if item else {}
            case "BatchGetItem":
                asked = {table: wanted["Keys"] for table, wanted in request["RequestItems"].items()}
                found = {
                    table: [item for key in keys if (item := self._items.get(_key(key)))]
                    for table, keys in asked.items()
                }
                return {"Responses": found, "UnprocessedKeys": {}}
            case "UpdateItem" if request.get("ReturnValues") == "ALL_NEW":
                return {"Attributes": self._items[_key(request["Key"])]}
            case "UpdateItem" | "PutItem" | "TransactWriteItems":
                return {}
            case "BatchWriteItem":
                return {"UnprocessedItems": {}}
            case "Query":
                return {"Items": [], "Count": 0, "ScannedCount": 0}
            case "DescribeTable":
                arn, made_ms = self._items["TABLE#", "IDENTITY"]["identity"]["S"].split()
                return {"Table": {"TableArn": arn, "CreationDateTime": int(made_ms) / 1_000}}
            case "GetParameter":
                name = request["Name"]
                return {"Parameter": {"Name": name, "Type": "SecureString", "Value": self._secrets[name], "Version": 1}}
        return None


def _key(attributes: dict[str, Any]) -> tuple[str, str]:
    return attributes["pk"]["S"], attributes["sk"]["S"]


def _handler(canned: Canned) -> type[BaseHTTPRequestHandler]:
    counts: Counter[str] = Counter()
    counting = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave in one piece: two would wait for each other's acknowledgement.
        wbufsize = -1

        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            with counting:
                counts[operation] += 1
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = canned.answer(operation, request)
            if answer is None:
                self._send(400, {"__type": "UnknownOperationException", "message": operation})
            else:
                self._send(200, answer)

        def do_GET(self) -> None:
            with counting:
                taken = dict(counts)
                counts.clear()
            self._send(200, taken)

        def _send(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amzn-RequestId", "0B5OQ3UVDQ7PV4KQNSO5AEMVJF66Q9ASUAAJG")
            # DynamoDB sends it, and the client checks it: part of what a call costs.
            self.send_header("x-amz-crc32", str(zlib.crc32(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    return Handler


def _main(frozen: Path) -> None:
    world = json.loads(frozen.read_text(encoding="utf-8"))
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(Canned(world["items"], world["secrets"]))) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
