"""Whether a message may go: each reason against it, and their order."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.messaging.answer_rules import RULES
from chalicelib.messaging.decide import (
    HELD_LOOKED_AT,
    Decision,
    Defer,
    Facts,
    Permit,
    RefusalReason,
    Refuse,
    Send,
    Where,
    moment,
    permit,
)
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.recipients import Place, Problem
from chalicelib.messaging.senders import NoSender
from chalicelib.promotions.offers import NotOffered
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.caps import CapRule
from chalicelib.storage.contacts import Consent, Contact
from chalicelib.storage.ledger import EVERYONE, MOST_SENDS, Held, Ledger, Opposition, Wish
from chalicelib.storage.ledger import Send as PastSend
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
    advertiser=Advertiser("adv", "Lumen SAS", "Lumen", "36123", caps=(CapRule(3),)),
    site=Site("site", "adv", "Lumen", ("https://shop.example",), "hash"),
    contact=KNOWN,
    ledger=Ledger("person"),
    purchased=False,
)

# One fact for each reason, in the order in which they are asked.
AGAINST: dict[RefusalReason, Facts] = {
    "expired": replace(FACTS, message=replace(FACTS.message, expires_at=NOON)),
    "unknown_advertiser": replace(FACTS, advertiser=None),
    "unknown_site": replace(FACTS, site=None),
    "unknown_contact": replace(FACTS, contact=None),
    "no_sms_marketing_consent": replace(FACTS, contact=Contact("adv", "person", b"", {"matching": YES})),
    "no_matching_consent": replace(
        FACTS, contact=Contact("adv", "person", b"", {"sms_marketing": YES, "matching": NO})
    ),
    "opposed": replace(FACTS, ledger=Ledger("person", opposed={"adv": Opposition(NOON - 1, "stop")})),
    "number_invalid": replace(FACTS, contact=KNOWN._replace(unreachable_at=NOON - DAY)),
    "purchased": replace(FACTS, purchased=True),
    "left_journey": replace(FACTS, left=True),
    "kind_unwanted": replace(FACTS, ledger=Ledger("person", wishes={"adv": Wish(NOON - DAY, without=("reminders",))})),
    "reply_past_expiry": replace(
        FACTS,
        message=replace(FACTS.message, expires_at=NOON + HELD_LOOKED_AT),
        ledger=Ledger("person", held={"adv": Held(NOON - DAY, "problem")}),
    ),
    "ledger_full": replace(FACTS, ledger=Ledger("person", sends=(PAST[0],) * MOST_SENDS)),
    "fewer_wanted": replace(
        FACTS,
        ledger=Ledger(
            "person", sends=(replace(PAST[0], advertiser="adv"),), wishes={"adv": Wish(NOON - DAY, every_ms=7 * DAY)}
        ),
    ),
    "cap_reached": replace(FACTS, ledger=Ledger("person", sends=PAST)),
}


PARIS = Where(Place("FR", ("Europe/Paris",), ("FR",)), profile_for("FR"))


def decide(facts: Facts, now: int, parts: int = 1, where: Where = PARIS) -> Decision:
    permitted = permit(facts, now)
    return permitted if isinstance(permitted, Refuse) else moment(permitted, facts, parts, where, now)


def test_with_nothing_against_it_a_message_goes_with_the_consent_that_allows_it() -> None:
    permitted = permit(FACTS, NOON)
    assert isinstance(permitted, Permit)
    assert (permitted.purpose, permitted.consent) == ("sms_marketing", YES)
    decision = moment(permitted, FACTS, 1, PARIS, NOON)
    assert isinstance(decision, Send)
    assert [reading.used for reading in decision.pressure.readings] == [0]


@pytest.mark.parametrize("reason", AGAINST)
def test_each_reason_is_enough(reason: RefusalReason) -> None:
    decision = decide(AGAINST[reason], NOON)
    assert isinstance(decision, Refuse)
    assert decision.reason == reason


def test_every_reason_is_tried_here_but_the_composers_own() -> None:
    by_the_moment = {"cap_past_expiry", "hours_past_expiry"}
    by_the_text = {
        "not_composable",
        "unknown_template",
        "template_reclassified",
        "survey_not_open",
        *get_args(NoSender),
    }
    by_the_place = {"no_double_opt_in", "country_unsigned", "outside_calendar", "number_not_mobile", "zone_unknown"}
    at_the_gate = {"price_unknown", "budget_past_expiry", "provider_past_expiry", *get_args(NotOffered)}
    of_answers = {"not_opposed", "answer_too_late"}
    elsewhere = (
        {"no_sms_notification_consent", "no_order"}
        | of_answers
        | by_the_moment
        | by_the_text
        | by_the_place
        | at_the_gate
    )
    assert set(get_args(RefusalReason)) - set(AGAINST) == elsewhere


ORDERED = YES._replace(source="order", basis="contract")


@pytest.mark.parametrize(
    ("standing", "about", "reason"),
    [
        (ORDERED, {"order": "keyed"}, None),
        (ORDERED, {}, "no_order"),
        (YES, {}, None),
        (NO, {"order": "keyed"}, "no_sms_notification_consent"),
        (None, {"order": "keyed"}, "no_sms_notification_consent"),
    ],
)
def test_an_order_stands_in_for_a_consent_to_notifications_about_orders_alone(
    standing: Consent | None, about: dict[str, str], reason: str | None
) -> None:
    contact = Contact("adv", "person", b"", {"sms_notification": standing} if standing else {})
    message = replace(FACTS.message, message_class="notification", site=None, evidence=about)
    permitted = permit(replace(FACTS, message=message, contact=contact), NOON)
    assert (permitted.reason if isinstance(permitted, Refuse) else None) == reason


def test_the_first_of_several_reasons_is_told() -> None:
    worst = FACTS
    for reason in reversed(AGAINST):
        changed = {
            name: getattr(AGAINST[reason], name)
            for name in ("message", "advertiser", "site", "contact", "purchased", "left")
            if getattr(AGAINST[reason], name) != getattr(FACTS, name)
        }
        ledger = AGAINST[reason].ledger
        merged = Ledger(
            "person",
            sends=(*ledger.sends, *worst.ledger.sends),
            opposed=ledger.opposed or worst.ledger.opposed,
            wishes=ledger.wishes or worst.ledger.wishes,
            held=ledger.held or worst.ledger.held,
        )
        worst = replace(worst, **changed, ledger=merged)
        decision = decide(worst, NOON)
        assert isinstance(decision, Refuse) and decision.reason == reason


def test_an_opposition_to_everyone_counts_for_each() -> None:
    facts = replace(FACTS, ledger=Ledger("person", opposed={EVERYONE: Opposition(1, "stop")}))
    decision = decide(facts, NOON)
    assert isinstance(decision, Refuse) and decision.reason == "opposed"


def test_an_opposition_to_another_advertiser_does_not() -> None:
    facts = replace(FACTS, ledger=Ledger("person", opposed={"adv_other": Opposition(1, "stop")}))
    assert isinstance(decide(facts, NOON), Send)


def test_a_refusal_for_the_cap_shows_the_pressure() -> None:
    decision = decide(AGAINST["cap_reached"], NOON)
    (reading,) = decision.pressure.readings
    assert (reading.used, reading.rule.limit, reading.reached) == (3, 3, True)


def test_the_last_moment_before_expiry_is_in_time() -> None:
    assert isinstance(decide(AGAINST["expired"], NOON - 1), Send)


NOTIFICATION = replace(
    FACTS,
    message=replace(FACTS.message, message_class="notification", site=None, visitor=None),
    contact=KNOWN._replace(consents={"sms_notification": YES}),
    ledger=Ledger("person", sends=PAST),
)


def test_a_notification_needs_its_own_consent_and_falls_under_no_marketing_cap() -> None:
    assert isinstance(decide(NOTIFICATION, NOON), Send)
    decision = decide(replace(NOTIFICATION, contact=KNOWN._replace(consents={"sms_marketing": YES})), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "no_sms_notification_consent"


def test_a_stop_ends_notifications_too() -> None:
    ledger = Ledger("person", opposed={"adv": Opposition(NOON - 1, "stop")})
    decision = decide(replace(NOTIFICATION, ledger=ledger), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "opposed"


def test_a_code_goes_to_who_asked_for_it_whatever_was_agreed_or_opposed() -> None:
    message = replace(NOTIFICATION.message, message_class="authorisation")
    ledger = Ledger("person", sends=PAST, opposed={EVERYONE: Opposition(NOON - 1, "stop")})
    facts = replace(NOTIFICATION, message=message, contact=KNOWN._replace(consents={}), ledger=ledger)
    assert isinstance(decide(facts, NOON), Send)


def test_what_is_about_no_visit_needs_no_consent_to_matching() -> None:
    facts = replace(
        FACTS,
        message=replace(FACTS.message, site=None),
        site=None,
        contact=KNOWN._replace(consents={"sms_marketing": YES}),
    )
    assert isinstance(decide(facts, NOON), Send)


WAITS = replace(
    FACTS,
    advertiser=replace(FACTS.advertiser, at_cap="defer") if FACTS.advertiser else None,
    ledger=Ledger("person", sends=PAST),
)
FREE_AT = NOON - HOUR + 7 * DAY


def test_at_the_cap_an_sms_may_wait_for_the_first_moment_that_is_free() -> None:
    facts = replace(WAITS, message=replace(WAITS.message, expires_at=FREE_AT + 1))
    decision = decide(facts, NOON)
    assert isinstance(decision, Defer)
    assert (decision.until, decision.reason) == (FREE_AT, "cap_reached")
    assert isinstance(decide(facts, FREE_AT), Send)


def test_it_does_not_wait_beyond_its_expiry() -> None:
    decision = decide(replace(WAITS, message=replace(WAITS.message, expires_at=FREE_AT)), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "cap_past_expiry"


def test_the_operators_caps_hold_beside_the_advertisers() -> None:
    facts = replace(FACTS, operator_caps=(CapRule(0, DAY),))
    decision = decide(facts, NOON)
    assert isinstance(decision, Refuse) and decision.reason == "cap_reached"
    assert [reading.reached for reading in decision.pressure.readings] == [False, True]


NIGHT = NOON - 4 * HOUR
"""Monday 2 March 2026, 07:00 in Paris."""
OPENING = NIGHT + HOUR
WEEK = 7 * DAY


def test_before_the_opening_it_waits_for_a_moment_of_its_own_after_it() -> None:
    moments = set()
    for number in range(20):
        facts = replace(FACTS, message=replace(FACTS.message, id=f"msg_{number}"))
        decision = decide(facts, NIGHT)
        assert isinstance(decision, Defer)
        assert decision.reason == "outside_hours"
        assert OPENING <= decision.until < OPENING + 30 * MINUTE
        assert isinstance(decide(facts, decision.until), Send)
        moments.add(decision.until)
    assert len(moments) == 20


def test_what_would_be_stale_at_the_opening_is_dropped() -> None:
    decision = decide(replace(FACTS, message=replace(FACTS.message, expires_at=OPENING)), NIGHT)
    assert isinstance(decision, Refuse) and decision.reason == "hours_past_expiry"


def test_what_lives_a_little_longer_than_the_opening_leaves_at_it() -> None:
    decision = decide(replace(FACTS, message=replace(FACTS.message, expires_at=OPENING + 1)), NIGHT)
    assert isinstance(decision, Defer) and decision.until == OPENING


def test_caps_and_hours_are_waited_for_together() -> None:
    """The cap frees at 07:00 of a Monday."""
    sends = tuple(replace(send, at=NIGHT) for send in PAST)
    message = replace(WAITS.message, expires_at=NIGHT + 2 * WEEK)
    decision = decide(replace(WAITS, message=message, ledger=Ledger("person", sends=sends)), NOON)
    assert isinstance(decision, Defer) and decision.reason == "cap_reached"
    assert OPENING + WEEK <= decision.until < OPENING + WEEK + 30 * MINUTE


@pytest.mark.parametrize("rule", ["number_invalid", "number_not_mobile", "zone_unknown"])
def test_where_the_place_is_not_known_nothing_goes(rule: Problem) -> None:
    decision = decide(FACTS, NOON, where=replace(PARIS, place=Place("FR", problem=rule)))
    assert isinstance(decision, Refuse) and decision.reason == rule


def test_a_country_that_is_not_signed_gets_nothing() -> None:
    decision = decide(FACTS, NOON, where=Where(Place("BE", ("Europe/Brussels",)), profile_for("BE")))
    assert isinstance(decision, Refuse) and decision.reason == "country_unsigned"


def test_marketing_waits_while_an_answer_is_unread_and_notifications_do_not() -> None:
    held = {"adv": Held(NOON - DAY, "doubtful_stop")}
    decision = decide(replace(FACTS, ledger=Ledger("person", held=held)), NOON)
    assert isinstance(decision, Defer)
    assert (decision.reason, decision.until, decision.held) == ("reply_open", NOON + HELD_LOOKED_AT, held["adv"])
    assert isinstance(decide(replace(FACTS, ledger=Ledger("person", held={"adv_other": held["adv"]})), NOON), Send)
    notified = replace(NOTIFICATION, ledger=Ledger("person", held=held))
    assert isinstance(decide(notified, NOON), Send)


def answer(kind: str, *, wrote_at: int = NOON - HOUR, at_once: bool = False, opposed: bool = False) -> Facts:
    """An answer to somebody who agreed to nothing, and has had as many SMS as a cap allows."""
    message = replace(
        NOTIFICATION.message,
        journey=kind,
        expires_at=wrote_at + DAY,
        evidence={"reply": "txt_1", "wrote_at": wrote_at, "at_once": at_once},
    )
    no = {"adv": Opposition(NOON - HOUR, "stop")} if opposed else {}
    ledger = Ledger("person", sends=PAST, opposed=no)
    caps = (CapRule(0, classes=("marketing", "notification", "authorisation")),)
    return replace(
        FACTS, message=message, site=None, contact=Contact("adv", "person", b""), ledger=ledger, operator_caps=caps
    )


@pytest.mark.parametrize(
    ("kind", "after_a_stop", "without_one"),
    [
        ("stop_confirmation", None, "not_opposed"),
        ("way_back", None, "not_opposed"),
        ("contact", None, None),
        ("keyword", "opposed", None),
        ("answer", "opposed", None),
        ("flash_sale", "unknown_template", "unknown_template"),
    ],
)
def test_an_answer_needs_no_consent_and_heeds_a_stop_by_its_kind(
    kind: str, after_a_stop: str | None, without_one: str | None
) -> None:
    for opposed, reason in ((True, after_a_stop), (False, without_one)):
        decision = decide(answer(kind, opposed=opposed), NOON)
        assert (decision.reason if isinstance(decision, Refuse) else None) == reason
        assert isinstance(decision, Refuse | Send)


@pytest.mark.parametrize("kind", RULES)
def test_a_day_after_the_text_there_is_nothing_to_answer(kind: str) -> None:
    opposed = RULES[kind].after_stop == "only"
    decision = decide(answer(kind, wrote_at=NOON - DAY, opposed=opposed), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "answer_too_late"
    assert isinstance(decide(answer(kind, wrote_at=NOON - DAY + 1, opposed=opposed), NOON), Send)


SMALL_HOURS = NOON - 8 * HOUR
"""03:00 in Paris."""


@pytest.mark.parametrize("kind", RULES)
def test_what_was_asked_is_answered_at_any_hour_and_thanks_wait(kind: str) -> None:
    asked = answer(kind, wrote_at=SMALL_HOURS, at_once=True, opposed=RULES[kind].after_stop == "only")
    assert isinstance(decide(asked, SMALL_HOURS), Send)
    thanks = decide(answer("answer", wrote_at=SMALL_HOURS), SMALL_HOURS)
    assert isinstance(thanks, Defer) and thanks.until == SMALL_HOURS + 4 * HOUR


def test_no_cap_ever_counts_an_answer() -> None:
    decision = decide(answer("answer"), NOON)
    assert isinstance(decision, Send)
    ledger = Ledger("person", sends=(replace(decision.counted, advertiser="adv"),) * 3)
    every = (CapRule(1, classes=("marketing", "notification", "authorisation")),)
    assert isinstance(decide(replace(FACTS, ledger=ledger, operator_caps=every), NOON), Send)


def test_a_journey_of_kind_answer_is_none() -> None:
    """Only what names the text that it answers goes without consent: an advertiser may call a journey what it likes."""
    message = replace(NOTIFICATION.message, journey="answer")
    decision = decide(replace(NOTIFICATION, message=message, contact=Contact("adv", "person", b"")), NOON)
    assert isinstance(decision, Refuse) and decision.reason == "no_sms_notification_consent"


@pytest.mark.parametrize(
    ("country", "confirmed", "journey", "goes"),
    [
        ("US", False, "cart", False),
        ("US", True, "cart", True),
        ("US", False, "browse", True),
        ("KE", False, "cart", False),
        ("FR", False, "cart", True),
    ],
)
def test_of_a_cart_a_country_may_ask_for_a_second_yes(country: str, confirmed: bool, journey: str, goes: bool) -> None:
    """Signed as it is shipped. Where no profile is known the strictest holds."""
    agreed = {**KNOWN.consents, "sms_marketing": YES._replace(confirmed=confirmed)}
    message = replace(FACTS.message, journey=journey)
    told = replace(FACTS, contact=KNOWN._replace(consents=agreed), message=message)
    permitted = permit(told, NOON)
    assert isinstance(permitted, Permit)
    signed = replace(profile_for(country), sends=True)
    decision = moment(permitted, told, 1, Where(Place(country, ("Europe/Paris",)), signed), NOON)
    assert (isinstance(decision, Refuse) and decision.reason == "no_double_opt_in") is not goes
