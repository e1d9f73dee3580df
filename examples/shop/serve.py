"""Serve the demo shop on http://localhost:PORT, with the service that it reports to."""

import argparse
import csv
import json
import signal
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent


def customers() -> list[dict[str, str]]:
    with (HERE / "customers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class ShopHandler(SimpleHTTPRequestHandler):
    """The static pages, and the two documents that depend on the command line and on the customer file."""

    def __init__(self, *args: object, generated: dict[str, tuple[str, str]], **kwargs: object) -> None:
        self.generated = generated
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path not in self.generated:
            super().do_GET()
            return
        content_type, text = self.generated[path]
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # a demo restarted with another site must show it
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the terminal belongs to the demo."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4568, help="0 takes any free port")
    parser.add_argument("--origin", required=True, help="where the service answers, stage prefix included")
    parser.add_argument("--site", required=True, help="the shop's site id at the service")
    options = parser.parse_args()

    settings = json.dumps({"origin": options.origin.rstrip("/"), "site": options.site})
    generated = {
        "/config.js": ("text/javascript", f"window.RELANCE = {settings};\n"),
        "/customers.json": ("application/json", json.dumps(customers(), ensure_ascii=False)),
    }
    handler = partial(ShopHandler, directory=str(HERE / "public"), generated=generated)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    with ThreadingHTTPServer(("127.0.0.1", options.port), handler) as server:
        print(f"Maison Lumen: http://localhost:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
