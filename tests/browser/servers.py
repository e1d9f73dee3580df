"""The two parties of a visit, small enough for a test: a shop's pages, and a service that only records."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SNIPPET = Path(__file__).parents[2] / "chalicelib" / "web" / "static" / "t.js"
SCRIPTS = ("/t.js", "/c.js")
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PATIENCE_SECONDS = 20.0
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {value: true})"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def everything(self) -> str:
        return f"{self.method} {self.path} {self.query} {self.headers} {self.body.decode()}"


def params_of(pixel: Request) -> dict[str, Any]:
    encoded = pixel.query["p"]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return decoded


@dataclass
class Collector:
    """What the service received, in order of arrival."""

    url: str
    answering: threading.Event
    requests: list[Request] = field(default_factory=list)
    opt_in_answer: dict[str, Any] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def record(self, request: Request) -> None:
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.arrived:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    so_far = "\n".join(request.everything() for request in self.requests)
                    raise AssertionError(f"it never came; what did:\n{so_far}")
                self.arrived.wait(left)

    def wait_for_event(self, name: str) -> dict[str, Any]:
        """The first message that holds such an event."""
        self.wait_until(lambda: name in self.event_names())
        return next(m for m in self.messages() if name in [event["event"] for event in m["events"]])

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(r.body) for r in self.requests if r.method == "POST" and r.path.endswith("/e")]

    def events(self) -> list[dict[str, Any]]:
        return [event for message in self.messages() for event in message["events"]]

    def event_names(self) -> list[str]:
        return [event["event"] for event in self.events()]

    def pixels(self) -> list[Request]:
        return [r for r in self.requests if r.path.endswith("/p.gif")]

    def posted(self) -> list[str]:
        """The paths of all POSTs so far."""
        return [request.path for request in self.requests if request.method == "POST"]

    def tracking(self) -> list[Request]:
        """Everything but the snippet's own download."""
        return [r for r in self.requests if not r.path.endswith(SCRIPTS)]


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


class Quiet(BaseHTTPRequestHandler):
    def answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        # A preflight would be let through, so that a test sees it rather than a request that fails.
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def collecting() -> Iterator[Collector]:
    answering = threading.Event()
    answering.set()
    collector = Collector(url="", answering=answering)

    class Handler(Quiet):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            collector.record(
                Request(
                    method=self.command,
                    path=url.path,
                    query={name: values[0] for name, values in parse_qs(url.query).items()},
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                )
            )
            answering.wait(PATIENCE_SECONDS)
            if url.path.endswith(SCRIPTS):
                self.answer("text/javascript", (SNIPPET.parent / url.path.rpartition("/")[2]).read_bytes())
            elif url.path.endswith("/optin"):
                self.answer("application/json", json.dumps(collector.opt_in_answer).encode())
            elif url.path.endswith("/p.gif"):
                self.answer("image/gif", PIXEL)
            else:
                self.answer("application/json", b"{}")

        do_POST = do_OPTIONS = do_GET

    with running(Handler) as port:
        collector.url = f"http://127.0.0.1:{port}"
        yield collector
        answering.set()


@dataclass
class Shop:
    """One page, at whatever path it is asked for; on another site than the service."""

    url: str
    html: str = ""


@contextmanager
def selling() -> Iterator[Shop]:
    shop = Shop(url="")

    class Handler(Quiet):
        def do_GET(self) -> None:
            self.answer("text/html; charset=utf-8", shop.html.encode())

    with running(Handler) as port:
        shop.url = f"http://localhost:{port}"
        yield shop
