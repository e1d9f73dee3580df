"""What becomes of a step whose time has come, and when the next one is due: pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.audience.conditions import Condition, Facts, failing
from chalicelib.clock import MINUTE, SECOND
from chalicelib.journeys.definition import Journey, Step, Text
from chalicelib.journeys.enrolling import variant_of
from chalicelib.journeys.facts import event_facts
from chalicelib.journeys.restraint import restrained
from chalicelib.messaging.profile import CartRule
from chalicelib.storage.enrolments import Enrolment, Ran
from chalicelib.storage.occasions import Occasions

_NEVER = Occasions()


@dataclass(frozen=True, slots=True)
class End:
    """The journey is over for this contact."""

    reason: str
    because: str = ""
    """The condition that did not hold, where that was it."""


@dataclass(frozen=True, slots=True)
class PassOver:
    """The step is left out; the next one follows."""

    reason: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not in this moment."""

    until: int


@dataclass(frozen=True, slots=True)
class Go:
    """Its SMS is to be made, with this text."""

    text: Text
    variant: str | None


Outcome = End | PassOver | Wait | Go


def planned(step: Step, enrolment: Enrolment, zones: Sequence[str]) -> int:
    """When a step is due (epoch ms), by the enrolment's moments and, for a time of day, the recipient's clock.

    What was paused is due when the pause is over: it neither expires by it, nor do the steps behind it come closer.
    """
    since = {
        "previous": enrolment.previous_at if enrolment.ran else enrolment.active_at,
        "last_activity": enrolment.active_at,
        "trigger": enrolment.entered_at,
    }[step.wait.since]
    due = max(since + round(_minutes(step, enrolment) * MINUTE), enrolment.paused_until)
    return _next_time_of_day(due, step.wait.at, zones[0]) if step.wait.at and zones else due


def _minutes(step: Step, enrolment: Enrolment) -> float:
    cases = step.wait.cases
    facts = event_facts(enrolment.facts) if cases else {}
    return next((case.minutes for case in cases if failing(case.when, facts) is None), step.wait.minutes)


def outcome(
    journey: Journey,
    enrolment: Enrolment,
    facts: Facts,
    opening: int | None,
    now: int,
    *,
    sent: Occasions = _NEVER,
    rule: CartRule | None = None,
) -> Outcome:
    """What becomes of the enrolment's step now.

    `opening` is the first moment from now on that the hours allow, None where none does. Conditions are asked in that
    moment only: what they ask, such as whether the agent is there, may be otherwise by then. `sent` is when the person
    had the step before, where it has a limit; `rule` is what the country says of carts.
    """
    step = journey.steps[enrolment.step]
    ends = enrolment.planned_at + round(step.expires * MINUTE)
    if now >= ends:
        return PassOver("expired")
    if opening is None or opening >= ends:
        return PassOver("hours_past_expiry")
    if opening > now:
        return Wait(opening)
    if condition := failing(journey.audience, facts):
        return End("not_meant", str(condition))
    if condition := failing(step.when, facts):
        return PassOver("condition", str(condition))
    texts, variant = step.texts, None
    if step.variants:
        shares = tuple(one.share for one in step.variants)
        chosen = step.variants[variant_of(enrolment.person, enrolment.journey, shares)]
        texts, variant = chosen.texts, chosen.id
    fitting = next((text for text in texts if failing(text.when, facts) is None), None)
    if fitting is None:
        return PassOver("no_text")
    restraint = restrained(journey, step, enrolment, sent, rule, now)
    return PassOver(restraint) if restraint else Go(fitting, variant)


def moved_on(journey: Journey, enrolment: Enrolment, ran: Ran, zones: Sequence[str]) -> Enrolment:
    """The enrolment after a step: the next one planned, or done."""
    after = replace(
        enrolment, ran=(*enrolment.ran, ran), step=enrolment.step + 1, previous_at=enrolment.planned_at, due_at=None
    )
    if after.step >= len(journey.steps):
        return replace(after, state="done")
    return scheduled(journey, after, zones)


def scheduled(journey: Journey, enrolment: Enrolment, zones: Sequence[str]) -> Enrolment:
    """The enrolment with its next step's time."""
    at = planned(journey.steps[enrolment.step], enrolment, zones)
    return replace(enrolment, planned_at=at, due_at=at)


def asked(journey: Journey, step: int) -> frozenset[str]:
    """The groups of facts that a step's conditions ask for."""
    conditions: list[Condition] = [*journey.audience, *journey.steps[step].when]
    for text in journey.steps[step].all_texts():
        conditions += text.when
    return frozenset(condition.group for condition in conditions)


def _next_time_of_day(at: int, time_of_day: str, zone: str) -> int:
    """The first moment from `at` on when a zone's clock shows a time; one that the clock skips comes at the change."""
    tz = ZoneInfo(zone)
    local = datetime.fromtimestamp(at / SECOND, UTC).astimezone(tz)
    hour, minute = map(int, time_of_day.split(":"))
    for days in range(3):
        day = local.date() + timedelta(days=days)
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz)
        found = int(moment.timestamp()) * SECOND
        if found >= at:
            return found
    raise AssertionError("three days have three times of day")
