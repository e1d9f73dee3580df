"""P4: a consent that is withdrawn between the decision and the claim is a consent that is not there."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.audience import importing
from chalicelib.wiring import Services
from tests.support.faults import HeldBackClaim
from tests.support.shop import CAMILLE, open_shop
from tests.support.world import World


def withdraw(services: Services, base: str) -> None:
    cells = {
        "phone": CAMILLE,
        "consent.sms_marketing": "no",
        "consent.matching": "yes",
        "consent_at": datetime.fromtimestamp(services.clock.now() / 1000, UTC).isoformat(),
        "source": "loyalty",
    }
    report = importing.import_rows(
        [(2, cells)],
        importing.ImportOptions(base=base),
        proof="0" * 64,
        now=services.clock.now(),
        store=services.contact_writer,
    )
    assert report.accepted == 1, report.errors


def test_a_withdrawal_between_decision_and_claim_wins(exact_world: World) -> None:
    shop = open_shop(exact_world)
    shop.contact()
    message = shop.message()
    slow = HeldBackClaim(exact_world.dynamodb, lambda: withdraw(exact_world.services, shop.advertiser.id))

    assert exact_world.worker(slow).dispatch.send(message.id, message.version) == "refused"

    assert exact_world.provider.sent == []
    assert shop.stored(message).reason == "no_sms_marketing_consent"
