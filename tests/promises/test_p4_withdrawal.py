"""P4: a consent that is withdrawn between the decision and the claim is a consent that is not there."""

from __future__ import annotations

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.wiring import Services
from tests.support.faults import HeldBackClaim
from tests.support.shop import CAMILLE, open_shop
from tests.support.world import World


def withdraw(services: Services, base: str) -> None:
    statement = Statement({"sms_marketing": False, "matching": True}, services.clock.now(), "loyalty")
    assert services.intake.take(base, Arrival(Profile(CAMILLE), statement)) == "updated"


def test_a_withdrawal_between_decision_and_claim_wins(exact_world: World) -> None:
    shop = open_shop(exact_world)
    shop.contact()
    message = shop.message()
    slow = HeldBackClaim(exact_world.dynamodb, lambda: withdraw(exact_world.services, shop.advertiser.id))

    assert exact_world.worker(slow).dispatch.send(message.id, message.version) == "refused"

    assert exact_world.provider.sent == []
    assert shop.stored(message).reason == "no_sms_marketing_consent"
