"""The HTTP application, called as API Gateway calls it, on a world of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.app import Chalice
from chalice.test import Client

import app as application
from chalicelib.storage.codec import Item
from chalicelib.wiring import services
from tests.support.shop import Shop
from tests.support.world import World
from tests.web.conformance import hold


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Api:
    """Asks, with the key that it was given."""

    def __init__(self, client: Client, key: str | None = None) -> None:
        self._client = client
        self._key = key

    @property
    def app(self) -> Chalice:
        return application.app

    def with_key(self, key: str | None) -> Api:
        return Api(self._client, key)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        form: bool = False,
        told: Mapping[str, str] | None = None,
    ) -> Answer:
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        headers = {"Content-Type": kind, "Accept": "*/*", "Host": "r.example"} | dict(told or {})
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        content = (urlencode(body) if form else json.dumps(body)).encode()
        answer = self._client.http.request(method, path, headers=headers, body=content if body is not None else b"")
        got = Answer(answer.status_code, answer.headers, answer.body.decode(errors="replace"))
        hold(method, path, got.status, got.headers, got.text)
        return got


def but_the_callers_own(items: list[Item]) -> list[Item]:
    """Without what is kept of every request: how many there were, and what a key asked for, under its own scope."""
    kept = [item for item in items if item["type"] not in ("limit", "audit")]
    return [{name: value for name, value in item.items() if name != "used_at"} for item in kept]


def key_for(shop: Shop, scope: str) -> str:
    """A key with all that a scope may do."""
    key = f"rk_{scope}"
    shop.world.services.admin_keys.grant(key, scope)
    return key


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    settings = {
        "STAGE": "test",
        "TABLE_NAME": world.table,
        "SEND_QUEUE_URL": "https://sqs.example/send",
        "ORIGIN": "https://r.example",
        "SMS_PROVIDER": "outbox",
        "PHONE_SIMULATOR": "on",
        "WEBHOOKS_TO_LOOPBACK": "on",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    services.cache_clear()
    container = services()
    container.table = world.services.table  # first: else it makes a client of its own, which costs as much as a test
    world.equip(container)
    with Client(application.app) as client:
        yield Api(client)
    services.cache_clear()
