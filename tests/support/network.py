"""Shops that may use the service's own cookie, and a browser that keeps it as browsers do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.web import collect as edge
from tests.support import gateway
from tests.support.shop import Shop, open_shop, visitor_id
from tests.support.world import World


def enable(world: World) -> None:
    """Let the stage have the cookie."""
    world.settings = replace(world.settings, network_cookie=True)
    world.services = world.worker()


def member(world: World) -> Shop:
    """A shop of an advertiser of its own, to which the operator allowed the cookie."""
    shop = open_shop(world)
    shop.site = replace(shop.site, network=True)
    world.services.advertisers.save_site(shop.site)
    return shop


@dataclass
class Visitor:
    """One person's browser: a visitor id for each shop, and the service's cookie."""

    cookie: str = ""
    """The `Cookie` header that it sends to the service."""
    ids: dict[str, str] = field(default_factory=dict)

    def at(self, shop: Shop) -> str:
        """Its visitor id at a shop."""
        return self.ids.setdefault(shop.site.id, visitor_id())

    def tell(
        self, shop: Shop, *names: str, network: str | None = "grant", headers: Any = None, **told: Any
    ) -> dict[str, Any]:
        """Send events as a page does; returns the answer."""
        return self.send(shop, shop.body(self.at(shop), *names, **told) | {"network": network}, headers)

    def send(self, shop: Shop, body: Any, headers: Any = None) -> dict[str, Any]:
        """Send a body as it is, and do what the answer says of the cookie."""
        sent = {"Origin": shop.site.origins[0]} | ({"Cookie": self.cookie} if self.cookie else {}) | (headers or {})
        answer = edge.handle(gateway.post("/e", body, headers=sent), shop.world.services)
        if change := answer["headers"].get("Set-Cookie"):
            self.cookie = "" if "Max-Age=0;" in change else change.partition(";")[0]
        return answer
