"""The deployed stack as its users reach it: over HTTP, with the operator's tools beside."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY
from chalicelib.vault import identifier_digest
from chalicelib.wiring import Services
from cli.clock import StageClock
from cli.connection import Stage, local_client
from cli.daytime import into_the_day
from cli.secrets import create_operator_key, create_secrets
from cli.stack import LocalStack

ORIGIN = "http://localhost:9999"
PRODUCT_PAGE = f"{ORIGIN}/product.html?id=nova"
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def eventually(look: Callable[[], T | None], within_s: float = 45) -> T:
    """What `look` sees, as soon as it sees something."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not seen within {within_s} s: last {seen!r}"
        time.sleep(0.1)


class Deployed:
    """One stage on this machine."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.stage = Stage(stack.stack_name, local_client(stack.endpoint_url))
        create_secrets(self.stage)
        self.operator_key = create_operator_key(self.stage)

        self.services: Services = self.stage.services()
        self.clock = StageClock(self.stage)
        into_the_day(self.clock)

    def request(
        self, method: str, path: str, body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send exactly these headers, Host and Content-Length beside: redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=60)
        content = body.encode() if isinstance(body, str) else body
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def admin(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """Call the admin API, as the operator unless another key is given."""
        headers = {"Authorization": f"Bearer {key or self.operator_key}", "Content-Type": "application/json"}
        return self.request(method, path, json.dumps(body) if body is not None else None, headers)

    def pass_minutes(self, minutes: int) -> None:
        """Move the stage's time, with the ticks that fall due."""
        self.clock.move_to(self.clock.now() + minutes * 60_000)

    def sms_to(self, phone: str) -> str:
        """The newest SMS that a phone has got, empty where it has none."""
        newest = self.services.outbox.newest()
        return next((sms.text for sms in newest if sms.phone == phone and sms.direction == "out"), "")

    def open_shop(self, *, origins: list[str] | None = None, **settings: Any) -> Shop:
        """A new advertiser with one site, and with nobody in its base yet."""
        into_the_day(self.clock)
        body = {"name": "Maison Lumen", "brand": "Lumen", "sender": "36111"} | settings
        advertiser = self.admin("POST", "/v1/advertisers", body).json["advertiser"]
        site = self.admin(
            "POST", f"/v1/advertisers/{advertiser}/sites", {"name": "Shop", "origins": origins or [ORIGIN]}
        ).json
        return Shop(self, advertiser, site["site"], site["secret"])


@dataclass(frozen=True)
class Shop:
    """An advertiser with a site."""

    deployed: Deployed
    advertiser: str
    site: str
    secret: str

    def opt_in(
        self, phone: str, *, sms: bool = True, matching: bool = True, first_name: str = "Camille", email: str = ""
    ) -> None:
        """Put a person in the base."""
        services = self.deployed.services
        profile = Profile(phone, email or f"{first_name.lower()}.{phone[-2:]}@example.com", first_name)
        statement = Statement({"sms_marketing": sms, "matching": matching}, services.clock.now() - DAY, "checkout")
        assert services.intake.take(self.advertiser, Arrival(profile, statement)) != "opposed"

    def visitor(self) -> Visitor:
        """A browser that has not been here before."""
        return Visitor(self, secrets.token_urlsafe(16))

    def left_cart(self, phone: str) -> Visitor:
        """A person of the base, who agreed to all, with a cart that is left."""
        self.opt_in(phone)
        visitor = self.visitor()
        visitor.fill_cart(phone)
        visitor.journey("active")
        return visitor

    def counts(self) -> dict[str, int]:
        """What the site and the advertiser have counted, added up."""
        sums: dict[str, int] = {}
        for path in (f"/v1/sites/{self.site}/counts", f"/v1/advertisers/{self.advertiser}/counts"):
            sums |= self.deployed.admin("GET", path).json["counts"]
        return sums


@dataclass(frozen=True)
class Visitor:
    """A browser that agreed to be followed."""

    shop: Shop
    id: str

    def event(self, name: str, **params: Any) -> dict[str, Any]:
        """An event as the snippet makes it."""
        now = self.shop.deployed.services.clock.now()
        return {"id": secrets.token_urlsafe(16), "event": name, "time": now, "params": params}

    def send(self, *events: dict[str, Any], ids: Mapping[str, str] | None = None) -> Answer:
        """Send events as a beacon does."""
        body = {"site": self.shop.site, "visitor": self.id, "consent": "grant", "ids": ids or {}, "events": events}
        headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": ORIGIN}
        return self.shop.deployed.request("POST", "/e", json.dumps(body), headers)

    def fill_cart(self, phone: str | None = None, item: str = "Lampe Nova") -> Answer:
        """Look at a product and put it in the cart, logged in by phone if one is given."""
        ids = {"phone_sha256": identifier_digest(phone)} if phone else {}
        items = [{"item_id": "nova", "item_name": item, "price": 49.9, "quantity": 1}]
        return self.send(
            self.event("page_view", page_location=PRODUCT_PAGE),
            self.event("add_to_cart", items=items, page_location=PRODUCT_PAGE, value=49.9, currency="EUR"),
            ids=ids,
        )

    def seen(self) -> dict[str, Any]:
        """What the visit led to so far."""
        answer = self.shop.deployed.admin("GET", f"/v1/sites/{self.shop.site}/visitors/{self.id}").json
        assert isinstance(answer, dict)
        return answer

    def journey(self, state: str) -> dict[str, Any]:
        """Where the visit stands in the cart's journey, once that is in a state."""

        def look() -> dict[str, Any] | None:
            journey: dict[str, Any] | None = self.seen()["journey"]
            return journey if journey and journey["state"] == state else None

        return eventually(look)

    def message(self, *states: str) -> dict[str, Any]:
        """The visit's message, once it stands in one of the states."""

        def look() -> dict[str, Any] | None:
            message: dict[str, Any] | None = self.seen()["message"]
            return message if message and message["state"] in states else None

        return eventually(look)
