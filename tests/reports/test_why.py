"""P7: every message has an answer to "why"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from chalicelib.clock import HOUR
from chalicelib.messaging.decide import DeferralReason, RefusalReason
from chalicelib.reports import visits
from chalicelib.reports.why import why
from chalicelib.sms_providers import end_user_messaging, outbox, smsapi, twilio
from chalicelib.sms_providers.contract import FailureKind, InboundText
from chalicelib.storage.messages import State, Step
from tests.support.shop import CAMILLE, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream


@pytest.mark.parametrize("reason", get_args(RefusalReason))
def test_every_refusal_has_a_sentence_of_its_own(shop: Shop, reason: RefusalReason) -> None:
    told = why(shop.message(state="refused", reason=reason))
    assert told["sentence"].startswith("It was not sent: ")
    assert reason not in told["sentence"], "a sentence is not the reason's code"
    assert told["reason"] == reason


def told_by_providers() -> set[str]:
    tables = (end_user_messaging.STATES, outbox.STATES, smsapi.STATES)
    told = {reason for table in tables for _, reason in table.values() if reason}
    refusals = set(get_args(FailureKind)) - {"retryable"}  # which is tried again until it is too late
    return told | set(twilio.REASONS.values()) | refusals | {"failed", "no_word"}


@pytest.mark.parametrize("reason", get_args(DeferralReason))
def test_every_wait_has_a_sentence_of_its_own(shop: Shop, reason: str) -> None:
    sentence = why(shop.message(state="deferred", reason=reason))["sentence"]
    assert sentence.startswith("It waits for a better moment, ") and reason.replace("_", " ") not in sentence


@pytest.mark.parametrize("reason", sorted(told_by_providers()))
def test_every_failure_has_a_sentence_of_its_own(shop: Shop, reason: str) -> None:
    sentence = why(shop.message(state="failed", reason=reason))["sentence"]
    assert sentence.startswith("It failed: ") and sentence != f"It failed: {reason.replace('_', ' ')}."


def test_a_generic_providers_own_reason_is_told_in_its_words(shop: Shop) -> None:
    told = why(shop.message(state="failed", reason="mailbox_full"))
    assert told["sentence"] == "It failed: mailbox full."


def test_what_was_dropped_after_a_wait_tells_what_it_waited_for(shop: Shop) -> None:
    """The cap would have let it go in time, and nobody came for it until it was too late."""
    now = shop.world.clock.now()
    history = (Step("scheduled", now - HOUR), Step("deferred", now - HOUR, "cap_reached"))
    message = shop.message(state="deferred", due_at=now, expires_at=now, history=history)
    assert shop.world.services.tick.run().expired == 1

    told = why(shop.stored(message))

    assert told["waited_for"] == "cap_reached"
    assert told["sentence"] == (
        "It was dropped: it was too late to make sense;"
        " before that it waited: the person has had as many SMS as a cap allows."
    )


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_has_a_sentence(shop: Shop, state: State) -> None:
    sentence = why(shop.message(state=state))["sentence"]
    assert sentence.endswith(".") and " " in sentence


def test_what_waits_says_until_when_by_the_recipients_clock(shop: Shop) -> None:
    shop.contact()
    night = datetime(2026, 11, 27, 20, tzinfo=UTC)
    shop.world.clock.advance(int(night.timestamp() * 1000) - shop.world.clock.now())
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "deferred"
    told = why(shop.stored(message.id))
    assert told["sentence"].startswith("It waits for a better moment, 2026-11-28 08:")
    assert told["sentence"].endswith(" Europe/Paris: the hours of the recipient's country do not allow it now.")
    assert (told["until"] or 0) >= datetime(2026, 11, 28, 7, tzinfo=UTC).timestamp() * 1000


def test_a_lost_lease_is_explained(shop: Shop) -> None:
    sentence = why(shop.message(state="unknown", reason="lease_ended"))["sentence"]
    assert "only a receipt can tell" in sentence


def test_a_sent_message_is_answered_for_down_to_consent_match_and_pressure(shop: Shop, stream: Stream) -> None:
    shop.contact()
    shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()
    shop.world.clock.advance(2 * HOUR)
    shop.world.work()
    (item,) = shop.world.of_type("message")

    told = why(shop.stored(item["id"]))

    assert told["sentence"] == "It was handed to the provider."
    assert told["match"]["evidence"] == "phone" and told["match"]["consent_at"]
    consent, contact = told["decision"]["consent"], shop.world.services.contacts.get(shop.advertiser.id, item["person"])
    assert consent["source"] == "checkout"
    assert contact and shop.world.services.consent_ledgers.entry(consent["chain"], consent["entry"])
    assert (consent["chain"], consent["entry"]) == (contact.chain, 1)
    assert told["decision"]["sms"] == {"sender": "36123", "template": "cart", "parts": 1, "country": "FR"}
    assert [(cap["used"], cap["limit"]) for cap in told["decision"]["pressure"]] == [(0, 3)]
    assert [step["state"] for step in told["history"]] == ["scheduled", "sending", "sent"]


def test_a_refused_message_is_answered_for(shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    shop.world.services.inbound.receive(InboundText("r", CAMILLE, "36123", "STOP"))
    shop.world.services.dispatch.send(message.id, message.version)

    told = why(shop.stored(message))
    assert (told["state"], told["reason"]) == ("refused", "opposed")
    assert told["sentence"] == "It was not sent: the person said STOP or unsubscribed."


@pytest.mark.parametrize(
    ("matching", "known", "sentence"),
    [
        (True, True, "The visit is matched with a contact by phone."),
        (False, True, "The person has not agreed to be matched with visits: the visit stays anonymous."),
        (True, False, "The identifier that came with the visit leads to nobody in the base."),
    ],
)
def test_a_visit_says_what_came_of_it(
    shop: Shop, stream: Stream, *, matching: bool, known: bool, sentence: str
) -> None:
    if known:
        shop.contact(matching=matching)
    visitor = visitor_id()
    shop.tell(visitor, "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()

    s = shop.world.services
    told = visits.visit(s.events, s.visitors, s.enrolments, s.messages, s.conversion_log, shop.site.id, visitor)

    assert told["sentence"] == sentence
    assert [event["event"] for event in told["events"]] == ["add_to_cart"]
    assert (told["journey"] is not None) is (matching and known)
    assert told["message"] is None, "it comes with the step"
    assert s.vault.person(CAMILLE) not in str(told)


def test_a_visit_of_nobody_says_so(shop: Shop) -> None:
    s = shop.world.services
    told = visits.visit(s.events, s.visitors, s.enrolments, s.messages, s.conversion_log, shop.site.id, visitor_id())
    assert told["sentence"] == "Nothing in the visit says who it is: it stays anonymous."
