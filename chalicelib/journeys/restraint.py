"""What holds a step back whatever its conditions say: how often a person may get it, what the country allows. Pure."""

from __future__ import annotations

from typing import Literal

from chalicelib.clock import HOUR, MINUTE
from chalicelib.errors import FieldError
from chalicelib.journeys.definition import Journey, Step
from chalicelib.messaging.profile import CartRule, CountryProfile
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.occasions import Occasions

MOST_OF_A_BASKET = 500
"""Above it people take their time, and an SMS does not help them (mission.md, J10)."""
Restraint = Literal["country_allows_fewer", "had_it_lately"]


def restrained(
    journey: Journey, step: Step, enrolment: Enrolment, sent: Occasions, rule: CartRule | None, now: int
) -> Restraint | None:
    """Why a step that is due does not go. `sent` is when the person had it before, where the step has a limit."""
    if rule and journey.kind == "cart" and _one_too_many(rule, enrolment, now):
        return "country_allows_fewer"
    if step.at_most and not sent.allow(now, step.at_most, step.within_days):
        return "had_it_lately"
    return None


def _one_too_many(rule: CartRule, enrolment: Enrolment, now: int) -> bool:
    sent = sum(ran.outcome == "sent" for ran in enrolment.ran)
    return sent >= rule.messages or now >= enrolment.active_at + rule.within_ms


def check_baskets(journey: Journey) -> list[FieldError]:
    """That a cart journey asks, before each step, for a basket that is not too dear."""
    if journey.kind != "cart" or any(
        condition.fact == "cart.value"
        and condition.op in ("at_most", "less_than")
        and isinstance(condition.value, int | float)
        and condition.value <= MOST_OF_A_BASKET
        for condition in journey.audience
    ):
        return []
    rule = f"a journey about carts is for baskets of at most {MOST_OF_A_BASKET}: cart.value at_most, as much or less"
    return [FieldError("audience", "basket", rule)]


def left_out(journey: Journey, country: str, profile: CountryProfile) -> list[FieldError]:
    """What a marketer is told of a cart journey: whom a country leaves out, and which steps behind those it allows."""
    rule = profile.carts
    if rule is None or journey.kind != "cart":
        return []
    told, due = [], 0.0
    if rule.double_opt_in:
        confirmed = "of carts it lets only those be written to who have confirmed their consent from the phone"
        told.append(FieldError("countries", "double_opt_in", f"{country}: {confirmed}"))
    for number, step in enumerate(journey.steps):
        due = step.wait.minutes if step.wait.since != "previous" else due + step.wait.minutes
        if number >= rule.messages or due * MINUTE >= rule.within_ms:
            allowed = f"{rule.messages} SMS for each cart, within {rule.within_ms // HOUR} h"
            told.append(FieldError(f"steps.{number}", "country_allows_fewer", f"{country} allows {allowed}"))
    return told
