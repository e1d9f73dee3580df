"""What a shop's back end tells of orders, for tests of journeys."""

from __future__ import annotations

from typing import Any

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY
from tests.support.shop import CAMILLE, Shop, hashed
from tests.support.stream import Stream

IDS = {"phone_sha256": hashed(CAMILLE)}


def buyer(shop: Shop, order: str = "1042", phone: str = CAMILLE) -> None:
    """Somebody whose phone is known by an order, and who agreed to nothing."""
    statement = Statement(
        {"sms_notification": True},
        shop.world.clock.now() - DAY,
        "order",
        proof="a proof",
        evidence={"order": order},
        basis="contract",
    )
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(phone), statement))


def tell(
    shop: Shop, stream: Stream, name: str, *, order: str = "1042", ids: Any = None, at: int = 0, **params: Any
) -> None:
    """A word of the shop's back end about an order, `at` ms from now."""
    at = shop.world.clock.now() + at
    (result,) = shop.tell(
        None,
        name,
        caller=shop.server,
        ids=IDS if ids is None else ids,
        params={"transaction_id": order} | params,
        at=at,
    )
    assert result.status == "accepted", result
    stream.follow()


def became(shop: Shop, stream: Stream, *statuses: str, **told: Any) -> None:
    """That an order has come to these statuses, one after the other."""
    for status in statuses:
        tell(shop, stream, "order_updated", status=status, **told)


def target(shop: Shop) -> str:
    """Where the newest link leads."""
    return max(shop.world.links(), key=lambda link: link.sent_at).target
