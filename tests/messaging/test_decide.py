"""Whether a message may go: each reason against it, and their order."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging.decide import Facts, RefusalReason, Refuse, Send, decide
from chalicelib.storage.advertisers import Advertiser, Cap, Site
from chalicelib.storage.contacts import Consent, Contact
from chalicelib.storage.ledgers import EVERYONE, Ledger, Opposition, Wish
from chalicelib.storage.ledgers import Send as PastSend
from chalicelib.storage.messages import Message
from tests.support.world import NOON

YES, NO = Consent(given=True, at=1, source="checkout"), Consent(given=False, at=1, source="checkout")
PAST = tuple(PastSend(NOON - HOUR, "adv_other", "cart", "marketing", f"msg_{number}") for number in range(3))
KNOWN = Contact("adv", "person", b"", {"sms_marketing": YES, "matching": YES})
FACTS = Facts(
    message=Message(
        id="msg",
        state="queued",
        version=1,
        message_class="marketing",
        advertiser="adv",
        site="site",
        journey="cart",
        base="adv",
        person="person",
        visitor="visitor",
        product=None,
        cart_at=NOON - HOUR,
        cart_changed_at=NOON - HOUR,
        created_at=NOON - HOUR,
        expires_at=NOON + DAY,
        due_at=NOON,
    ),
    advertiser=Advertiser("adv", "Lumen SAS", "Lumen", "36123", cap=Cap(messages=3)),
    site=Site("site", "adv", "Lumen", ("https://shop.example",), "hash"),
    contact=KNOWN,
    ledger=Ledger("person"),
    purchased=False,
)

# One fact for each reason, in the order in which they are asked.
AGAINST: dict[RefusalReason, Facts] = {
    "expired": replace(FACTS, message=replace(FACTS.message, expires_at=NOON)),
    "unknown_site": replace(FACTS, site=None),
    "unknown_contact": replace(FACTS, contact=None),
    "no_sms_marketing_consent": replace(FACTS, contact=Contact("adv", "person", b"", {"matching": YES})),
    "no_matching_consent": replace(
        FACTS, contact=Contact("adv", "person", b"", {"sms_marketing": YES, "matching": NO})
    ),
    "opposed": replace(FACTS, ledger=Ledger("person", opposed={"adv": Opposition(NOON - 1, "stop")})),
    "number_invalid": replace(FACTS, contact=KNOWN._replace(unreachable_at=NOON - DAY)),
    "purchased": replace(FACTS, purchased=True),
    "kind_unwanted": replace(FACTS, ledger=Ledger("person", wishes={"adv": Wish(NOON - DAY, without=("reminders",))})),
    "fewer_wanted": replace(
        FACTS,
        ledger=Ledger(
            "person", sends=(replace(PAST[0], advertiser="adv"),), wishes={"adv": Wish(NOON - DAY, every_ms=7 * DAY)}
        ),
    ),
    "cap_reached": replace(FACTS, ledger=Ledger("person", sends=PAST)),
}


def test_with_nothing_against_it_a_message_goes_with_the_consent_that_allows_it() -> None:
    decision = decide(FACTS, NOON)
    assert isinstance(decision, Send)
    assert decision.consent == YES
    assert (decision.pressure.sent, decision.pressure.allowed) == (0, 3)


@pytest.mark.parametrize("reason", AGAINST)
def test_each_reason_is_enough(reason: RefusalReason) -> None:
    decision = decide(AGAINST[reason], NOON)
    assert isinstance(decision, Refuse)
    assert decision.reason == reason


def test_every_reason_is_tried_here_but_the_composers_own() -> None:
    assert set(get_args(RefusalReason)) - set(AGAINST) == {"not_composable"}


def test_the_first_of_several_reasons_is_told() -> None:
    worst = FACTS
    for reason in reversed(AGAINST):
        changed = {
            name: getattr(AGAINST[reason], name)
            for name in ("message", "advertiser", "site", "contact", "purchased")
            if getattr(AGAINST[reason], name) != getattr(FACTS, name)
        }
        ledger = AGAINST[reason].ledger
        merged = Ledger(
            "person",
            sends=ledger.sends or worst.ledger.sends,
            opposed=ledger.opposed or worst.ledger.opposed,
            wishes=ledger.wishes or worst.ledger.wishes,
        )
        worst = replace(worst, **changed, ledger=merged)
        decision = decide(worst, NOON)
        assert isinstance(decision, Refuse) and decision.reason == reason


def test_an_advertiser_that_is_gone_sends_nothing() -> None:
    decision = decide(replace(FACTS, advertiser=None), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "unknown_site"


def test_an_opposition_to_everyone_counts_for_each() -> None:
    facts = replace(FACTS, ledger=Ledger("person", opposed={EVERYONE: Opposition(1, "stop")}))
    decision = decide(facts, NOON)
    assert isinstance(decision, Refuse) and decision.reason == "opposed"


def test_an_opposition_to_another_advertiser_does_not() -> None:
    facts = replace(FACTS, ledger=Ledger("person", opposed={"adv_other": Opposition(1, "stop")}))
    assert isinstance(decide(facts, NOON), Send)


def test_a_refusal_for_the_cap_shows_the_pressure() -> None:
    decision = decide(AGAINST["cap_reached"], NOON)
    assert decision.pressure is not None
    assert (decision.pressure.sent, decision.pressure.allowed) == (3, 3)


def test_the_last_moment_before_expiry_is_in_time() -> None:
    assert isinstance(decide(AGAINST["expired"], NOON - 1), Send)
