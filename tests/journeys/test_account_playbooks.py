"""Trials and first steps: told by a back end that may know a customer number only."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE
from tests.support.journeys import pass_time, switch_on, texts
from tests.support.shop import CAMILLE, ORIGIN, Shop, visitor_id
from tests.support.stream import Stream

CUSTOMER = "customer-42"


@pytest.fixture
def customer(shop: Shop) -> Shop:
    """Camille agreed to notifications, and to no matching of browsers."""
    statement = Statement({"sms_notification": True}, shop.world.clock.now() - DAY, "signup")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE, customer_id=CUSTOMER), statement))
    return shop


def tell(shop: Shop, stream: Stream, name: str, *, customer: str = CUSTOMER, at: int = 0, **params: Any) -> None:
    at = shop.world.clock.now() + at
    (result,) = shop.tell(None, name, caller=shop.server, ids={"customer_id": customer}, params=params, at=at)
    assert result.status == "accepted", result
    stream.follow()


def test_a_trial_that_ends_is_told_of_without_an_offer(customer: Shop, stream: Stream) -> None:
    switch_on(customer, "trial_expiry")
    tell(customer, stream, "trial_ending", page_location=f"{ORIGIN}/abonnement")
    pass_time(customer, MINUTE)
    pass_time(customer, DAY)
    (text,) = texts(customer)
    assert text.startswith("Lumen : bonjour, votre période d'essai arrive à son terme. Pour continuer : https://r.ex")
    (message,) = customer.world.of_type("message")
    assert (message["message_class"], message["evidence"]["evidence"]) == ("notification", "account")
    (link,) = customer.world.links()
    assert link.target.startswith(f"{ORIGIN}/abonnement")


def test_who_has_bought_meanwhile_is_not_told(customer: Shop, stream: Stream) -> None:
    """Told before or after the end of the trial."""
    switch_on(customer, "trial_expiry")
    customer.world.clock.advance(12 * HOUR)  # 23:00 in Paris: what is told waits for the morning
    tell(customer, stream, "purchase", at=MINUTE)
    tell(customer, stream, "trial_ending")
    pass_time(customer, 10 * HOUR)
    assert texts(customer) == []


def test_somebody_else_is_nobody_of_the_base(customer: Shop, stream: Stream) -> None:
    switch_on(customer, "trial_expiry")
    tell(customer, stream, "trial_ending", customer="customer-43")
    pass_time(customer, MINUTE)
    assert customer.world.enrolments() == []


def test_a_browser_cannot_say_that_a_trial_ends(customer: Shop, stream: Stream) -> None:
    switch_on(customer, "trial_expiry")
    (result,) = customer.tell(visitor_id(), "trial_ending", ids={"customer_id": CUSTOMER})
    assert result.status == "rejected"


def test_who_does_not_reach_the_step_is_helped_once(customer: Shop, stream: Stream) -> None:
    switch_on(customer, "onboarding")
    tell(customer, stream, "trial_started")
    tell(customer, stream, "onboarding_step", step="profile")
    pass_time(customer, 3 * DAY - MINUTE)
    assert texts(customer) == []
    pass_time(customer, MINUTE)
    (text,) = texts(customer)
    assert "il vous reste une étape pour bien démarrer" in text
    tell(customer, stream, "trial_started", at=-DAY)
    pass_time(customer, 4 * DAY)
    assert len(texts(customer)) == 1


@pytest.mark.parametrize("first", ["trial_started", "onboarding_step"])
def test_who_has_reached_the_step_needs_no_help(customer: Shop, stream: Stream, first: str) -> None:
    """In whichever order the two are told."""
    switch_on(customer, "onboarding")
    told = {"trial_started": {"at": -HOUR}, "onboarding_step": {"step": "activated"}}
    for name in sorted(told, key=lambda one: one != first):
        tell(customer, stream, name, **told[name])  # type: ignore[arg-type]
    pass_time(customer, 4 * DAY)
    assert texts(customer) == []


def test_notifications_need_a_yes_of_their_own(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "onboarding")
    statement = Statement({"sms_marketing": True}, shop.world.clock.now() - DAY, "signup")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE, customer_id=CUSTOMER), statement))
    tell(shop, stream, "trial_started")
    pass_time(shop, 3 * DAY)
    assert texts(shop) == []
