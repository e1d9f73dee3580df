"""P4: a consent that is withdrawn before the claim is a consent that is not there, whatever was read by then."""

from __future__ import annotations

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.wiring import Services
from tests.promises.test_p2_at_most_once import CALLS_OF_A_SEND
from tests.support.faults import FaultyClient
from tests.support.shop import CAMILLE, open_shop
from tests.support.world import World

CLAIM = CALLS_OF_A_SEND - 2


def withdraw(services: Services, base: str) -> None:
    statement = Statement({"sms_marketing": False, "matching": True}, services.clock.now(), "loyalty")
    assert services.intake.take(base, Arrival(Profile(CAMILLE), statement)) == "updated"


@pytest.mark.parametrize("call", range(CLAIM + 1))
def test_a_withdrawal_before_any_call_up_to_the_claim_wins(exact_world: World, call: int) -> None:
    shop = open_shop(exact_world)
    shop.contact()
    message = shop.message(visitor="visitor-000000000001")

    def meanwhile(_operation: str, number: int) -> None:
        if number == call:
            withdraw(exact_world.services, shop.advertiser.id)

    slow = FaultyClient(exact_world.dynamodb, meanwhile)
    assert exact_world.worker(slow).dispatch.send(message.id, message.version) == "refused"

    assert len(slow.calls) > call and exact_world.provider.sent == []
    assert shop.stored(message).reason == "no_sms_marketing_consent"
