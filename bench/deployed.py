"""From an import to `sent` on the deployed local stack: HTTP, the table, the tick, the queue and the sender's function.

The emulator is for correctness and says nothing of the cloud's times; this compares two versions on one machine. The
wait for the next minute's tick is left out: the tick is called at once.
"""

from __future__ import annotations

import http.client
import json
import socket
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure
from cli.clock import StageClock
from cli.connection import Stage, local_client
from cli.daytime import into_the_day
from cli.secrets import create_operator_key, create_secrets
from cli.stack import LocalStack

_ADVERTISER = {"name": "Maison Lumen", "brand": "Lumen", "sender": "36111"}
_HEADER = "phone,consent.sms_marketing,consent_at,source\n"
_SHOP = "http://localhost:9999"
_TEXT = "{{ brand }}: bonjour, la collection de printemps est là: {{ link }}"
_PATIENCE_S = 60


def figure(rounds: int) -> Figure:
    """Seconds from the import of one contact until its SMS is `sent`, by the wall clock."""
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalStack("test", _free_port(), Path(directory), persist=False, auth=False) as stack,
    ):
        stack.deploy()
        stage = Stage(stack.stack_name, local_client(stack.endpoint_url))
        create_secrets(stage)
        api = _Api(stack.port, create_operator_key(stage))
        into_the_day(StageClock(stage))
        advertiser = api.ask("POST", "/v1/advertisers", _ADVERTISER)["advertiser"]
        api.ask("POST", f"/v1/advertisers/{advertiser}/sites", {"name": "Shop", "origins": [_SHOP]})
        _sent_after(api, stage, advertiser, 0)  # The functions start.
        took = [_sent_after(api, stage, advertiser, number) for number in range(1, rounds + 1)]
    return Figure(
        "dispatch.import_to_sent_s",
        round(median(took), 2),
        None,
        "s",
        "wall time on the deployed local stack from the import of a contact over HTTP, through a message that is asked"
        f" for, the tick (called at once), the queue and the sender, until it is `sent`; median of {rounds}",
        (f"from {min(took):.2f} to {max(took):.2f} s",),
    )


class _Api:
    """The admin API, as the operator."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_S)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind, "Accept": "*/*"}
        connection.request(method, path, content if body is not None else None, headers)
        response = connection.getresponse()
        told = response.read().decode()
        connection.close()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {told}")
        return json.loads(told)


def _sent_after(api: _Api, stage: Stage, advertiser: str, number: int) -> float:
    phone, started = f"+3363998{number:04d}", time.perf_counter()
    row = f"{phone},yes,2026-01-10T10:00:00Z,checkout\n"
    api.ask("POST", f"/v1/advertisers/{advertiser}/imports", _HEADER + row, "text/csv")
    wanted = {"to": {"phone": phone}, "text": _TEXT, "link": f"{_SHOP}/", "message_class": "marketing"}
    wanted |= {"id": f"bench-{number}", "advertiser": advertiser}
    message = api.ask("POST", "/v1/messages", wanted)["message"]
    stage.client("lambda").invoke(FunctionName=stage.outputs["TickName"], Payload=b"{}")
    while (state := api.ask("GET", f"/v1/messages/{message}")["state"]) != "sent":
        if state not in ("scheduled", "queued", "sending") or time.perf_counter() - started > _PATIENCE_S:
            raise RuntimeError(f"the message is {state}")
        time.sleep(0.02)
    return time.perf_counter() - started


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
