"""What holds a step back whatever its conditions say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.playbooks import playbook_of
from chalicelib.journeys.restraint import check_baskets, left_out, restrained
from chalicelib.messaging.profile import CountryProfile, profile_for
from chalicelib.storage.enrolments import Enrolment, Ran, sent_once_more
from chalicelib.storage.occasions import Occasions
from chalicelib.storage.table import TransactionRefused
from tests.support.journeys import CAPPED, CART
from tests.support.world import NOON, World

US, FR = profile_for("US"), profile_for("FR")
LEFT = Enrolment("adv", "person", "cart", "site", "adv", "site", "active", 1, active_at=NOON)
ASKED = replace(LEFT, ran=(Ran("question", NOON + HOUR, "sent", "msg"),))


def why(enrolment: Enrolment, profile: CountryProfile, now: int, **changes: Any) -> str | None:
    journey = Journey.model_validate(CAPPED | changes)
    return restrained(journey, journey.steps[0], enrolment, Occasions(), profile.carts, now)


def test_the_united_states_allow_one_within_two_days() -> None:
    assert why(LEFT, US, NOON + 2 * DAY - 1) is None
    assert why(LEFT, US, NOON + 2 * DAY) == "country_allows_fewer"
    assert why(ASKED, US, NOON + HOUR) == "country_allows_fewer"
    assert why(ASKED, FR, NOON + 3 * DAY) is None
    assert why(ASKED, US, NOON + HOUR, kind="win_back") is None
    passed = replace(LEFT, ran=(Ran("question", NOON + HOUR, "condition"),))
    assert why(passed, US, NOON + HOUR) is None, "what was passed over was not sent"


def test_an_unknown_country_allows_as_few() -> None:
    assert why(ASKED, profile_for("KE"), NOON + HOUR) == "country_allows_fewer"


def test_what_a_country_leaves_out_is_told_when_a_journey_is_saved() -> None:
    playbook = playbook_of("abandoned_cart")
    assert playbook is not None
    told = left_out(playbook.journey, "US", US)
    assert [(one.field, one.rule) for one in told] == [
        ("countries", "double_opt_in"),
        ("steps.1", "country_allows_fewer"),
        ("steps.2", "country_allows_fewer"),
    ]
    assert left_out(playbook.journey, "FR", FR) == []


@pytest.mark.parametrize(
    ("audience", "refused"),
    [
        ([], True),
        ([{"fact": "cart.value", "op": "at_most", "value": 500}], False),
        ([{"fact": "cart.value", "op": "less_than", "value": 120}], False),
        ([{"fact": "cart.value", "op": "at_most", "value": 500.01}], True),
        ([{"fact": "cart.value", "op": "at_least", "value": 50}], True),
        ([{"fact": "cart.count", "op": "at_most", "value": 3}], True),
    ],
)
def test_a_cart_journey_is_for_no_basket_above_five_hundred(audience: list[Any], *, refused: bool) -> None:
    found = check_baskets(Journey.model_validate(CART | {"audience": audience}))
    assert [(error.field, error.rule) for error in found] == ([("audience", "basket")] if refused else [])
    assert check_baskets(Journey.model_validate(CART | {"kind": "browse"})) == []


def test_a_limit_counts_the_days_before() -> None:
    sent = Occasions((NOON, NOON + DAY))
    assert not sent.allow(NOON + 2 * DAY, 2, 90)
    assert sent.allow(NOON + 2 * DAY, 3, 90)
    assert not sent.allow(NOON + 90 * DAY - 1, 2, 90)
    assert sent.allow(NOON + 90 * DAY, 2, 90)


def test_of_two_enrolments_that_send_a_limited_step_at_once_one_does(world: World) -> None:
    before = world.services.enrolments.sent(LEFT, "code")
    write = sent_once_more(LEFT, "code", before, NOON, 90)
    world.services.enrolments.commit([write])
    with pytest.raises(TransactionRefused):
        world.services.enrolments.commit([write])
    assert world.services.enrolments.sent(LEFT, "code").at == (NOON,)
    assert world.services.enrolments.sent(replace(LEFT, advertiser="other"), "code").at == ()
