"""A shop with some hours of traffic behind it."""

from __future__ import annotations

import pytest

from chalicelib.clock import HOUR, MINUTE
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.links import Click
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.world import World

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1"


@pytest.fixture
def played(world: World, shop: Shop, stream: Stream) -> Shop:
    """Three carts: one led to a click and a sale with a refund, one to a STOP, one person was erased after a sale."""
    for phone in (CAMILLE, MALIK, INES):
        shop.contact(phone)
        shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(phone)}, params=lamp())
    shop.tell(visitor_id(), "page_view")
    stream.follow()
    world.clock.advance(2 * HOUR)
    world.work()
    for number, link in enumerate(world.links()):
        world.clock.advance(MINUTE)
        click = Click(f"click-id-{number:012d}", world.clock.now(), "GET", AGENT, "fr", "", "FR", "203.0.113.0", "")
        world.services.links.click(link.code, click)
        stream.follow()
    for phone, order in ((CAMILLE, "order-1"), (MALIK, "order-2")):
        bought = {"transaction_id": order, "value": 50, "currency": "EUR"}
        shop.tell(None, "purchase", caller=shop.server, ids={"phone_sha256": hashed(phone)}, params=bought)
    refund = {"transaction_id": "order-1", "value": 20, "currency": "EUR"}
    shop.tell(None, "refund", caller=shop.server, ids={"phone_sha256": hashed(CAMILLE)}, params=refund)
    stream.follow()
    world.clock.advance(HOUR)
    world.services.inbound.receive(InboundText("stop-1", INES, "36123", "STOP"))
    world.services.erasure.erase(shop.advertiser.id, world.services.vault.person(MALIK))
    stream.follow()
    return shop
