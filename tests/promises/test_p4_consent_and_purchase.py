"""P4: no SMS without consent, after STOP, or after the purchase that it wants to cause."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.messages import Message
from tests.support.shop import CAMILLE, Shop, hashed, lamp, visitor_id


def refused(shop: Shop, message: Message) -> str | None:
    """Try to send; the reason of the refusal."""
    assert shop.world.services.dispatch.send(message.id, message.version) == "refused"
    assert shop.world.provider.sent == []
    stored = shop.stored(message)
    assert stored.state == "refused"
    return stored.reason


@pytest.mark.parametrize("marketing", [False, None])
def test_nothing_goes_to_who_did_not_agree_to_marketing_sms(shop: Shop, marketing: bool | None) -> None:
    shop.contact(marketing=marketing)
    assert refused(shop, shop.message()) == "no_sms_marketing_consent"


@pytest.mark.parametrize("matching", [False, None])
def test_nothing_goes_to_who_did_not_agree_to_be_matched(shop: Shop, matching: bool | None) -> None:
    shop.contact(matching=matching)
    assert refused(shop, shop.message()) == "no_matching_consent"


def test_nothing_goes_to_who_is_in_no_base(shop: Shop) -> None:
    assert refused(shop, shop.message()) == "unknown_contact"


def test_a_consent_that_is_withdrawn_after_the_visit_holds(shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    shop.contact(marketing=False, at=shop.world.clock.now())
    assert refused(shop, message) == "no_sms_marketing_consent"


def test_a_partner_consent_that_names_other_advertisers_does_not_count(shop: Shop) -> None:
    shop.contact(base=PARTNER, advertisers=("adv_other",))
    assert refused(shop, shop.message(base=PARTNER)) == "no_sms_marketing_consent"


def test_nothing_goes_after_a_stop(shop: Shop) -> None:
    shop.contact()
    first, second = shop.message(), shop.message()
    assert shop.world.services.dispatch.send(first.id, first.version) == "sent"
    shop.world.provider.sent.clear()

    shop.world.services.inbound.receive(InboundText("reply-1", CAMILLE, "36123", "STOP"))

    assert refused(shop, second) == "opposed"


def test_nothing_goes_after_its_time(shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    shop.world.clock.advance(DAY)

    shop.world.services.dispatch.send(message.id, message.version)

    assert shop.stored(message).state == "expired"
    assert shop.world.provider.sent == []


def test_a_purchase_counts_from_its_acceptance_on(shop: Shop) -> None:
    """The stream has not told anybody yet: the purchase is seen in the trail itself."""
    shop.contact()
    visitor = visitor_id()
    message = shop.message(visitor=visitor)

    shop.tell(visitor, "purchase")

    assert refused(shop, message) == "purchased"


def test_a_purchase_before_the_cart_does_not_count(shop: Shop) -> None:
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "purchase")
    shop.world.clock.advance(1)
    now = shop.world.clock.now()
    message = shop.message(visitor=visitor, cart_at=now, cart_changed_at=now)

    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"


def test_somebody_elses_purchase_does_not_count(shop: Shop) -> None:
    shop.contact()
    message = shop.message(visitor=visitor_id())
    shop.tell(visitor_id(), "purchase", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())

    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
