"""What a segment's rules may ask of one contact, fact by fact. Pure."""

from __future__ import annotations

from chalicelib.audience.segment_facts import Known, facts_of
from chalicelib.clock import DAY
from chalicelib.storage.contacts import Consent, Contact
from chalicelib.storage.conversions import Conversion, Refund, Report
from chalicelib.storage.ledger import EVERYONE, Ledger, Opposition, Send
from tests.support.world import NOON

YES = Consent(given=True, at=1, source="checkout")
CONTACT = Contact("adv", "person", b"", {"sms_marketing": YES}, {"language": "fr"})


def bought(days_ago: int, euros: int, **refunds: Refund) -> Conversion:
    report = Report(NOON - days_ago * DAY, "e", euros * 1_000_000, "EUR")
    return Conversion("site", f"o-{days_ago}", "adv", server=report, refunds=refunds)


def sent(days_ago: int, advertiser: str = "adv", message_class: str = "marketing") -> Send:
    at = NOON - days_ago * DAY
    return Send(at, advertiser, "cart", message_class, f"msg-{at}-{advertiser}")


def test_a_number_that_is_out_of_service_cannot_be_reached() -> None:
    assert facts_of(Known(CONTACT), ["contact"], NOON)["contact.reachable"] is True
    gone = CONTACT._replace(unreachable_at=NOON)
    assert facts_of(Known(gone), ["contact"], NOON)["contact.reachable"] is False


def test_only_ones_own_marketing_presses() -> None:
    sends = (sent(9), sent(2), sent(1, "adv_other"), sent(1, message_class="notification"))
    facts = facts_of(Known(CONTACT, ledger=Ledger("person", sends=sends)), ["pressure"], NOON)
    assert (facts["pressure.sends_7d"], facts["pressure.sends_30d"], facts["pressure.days_since_send"]) == (1, 2, 2)


def test_what_was_given_back_is_not_spent_and_the_latest_purchase_counts() -> None:
    purchases = [bought(3, 50, some=Refund(20_000_000, "EUR")), bought(40, 30), bought(80, 10, all=Refund())]
    facts = facts_of(Known(CONTACT, purchases=purchases), ["history"], NOON)
    assert facts == {"history.spent.EUR": 60.0, "history.purchases": 3, "history.days_since_purchase": 3}


def test_a_no_to_everyone_is_one_to_this_advertiser() -> None:
    for scope, opposed in (("adv", True), (EVERYONE, True), ("adv_other", False)):
        ledger = Ledger("person", opposed={scope: Opposition(NOON, "stop")})
        facts = facts_of(Known(CONTACT, ledger=ledger), ["consent"], NOON)
        assert facts["consent.opposed"] is opposed
        assert (facts["consent.sms_marketing"], facts["consent.matching"]) == (True, False)
