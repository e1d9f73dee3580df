"""Whether a contact agreed, to what, and for whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.consents import consent
from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement, newest
from chalicelib.clock import DAY
from chalicelib.storage.contacts import PARTNER, Consent, Contact, Purpose
from tests.support.shop import CAMILLE
from tests.support.world import World

SHOP, OTHER = "adv_shop", "adv_other"


def contact(base: str, **statements: Consent) -> Contact:
    return Contact(base, "person", b"", consents=statements)  # type: ignore[arg-type]


YES, NO = Consent(given=True, at=1, source="checkout"), Consent(given=False, at=2, source="checkout")


def test_a_yes_in_the_advertisers_own_base_counts_for_that_advertiser_alone() -> None:
    own = contact(SHOP, sms_marketing=YES)
    assert consent(own, "sms_marketing", SHOP) == YES
    assert consent(own, "sms_marketing", OTHER) is None


def test_a_no_is_a_no_and_silence_is_one_too() -> None:
    assert consent(contact(SHOP, sms_marketing=NO), "sms_marketing", SHOP) is None
    assert consent(contact(SHOP), "sms_marketing", SHOP) is None


@pytest.mark.parametrize("purpose", ["sms_notification", "matching"])
def test_consent_to_marketing_is_consent_to_nothing_else(purpose: Purpose) -> None:
    assert consent(contact(SHOP, sms_marketing=YES), purpose, SHOP) is None


@pytest.mark.parametrize("purpose", ["sms_marketing", "matching"])
def test_an_order_is_a_basis_for_notifications_alone(purpose: Purpose) -> None:
    ordered = YES._replace(source="order", basis="contract")
    assert consent(contact(SHOP, **{purpose: ordered}), purpose, SHOP) is None
    assert consent(contact(SHOP, sms_notification=ordered), "sms_notification", SHOP) == ordered


@given(st.lists(st.builds(Consent, st.booleans(), st.integers(1, 5), basis=st.sampled_from(["consent", "contract"]))))
def test_what_was_said_stands_above_an_order_in_whatever_order_they_come(told: list[Consent]) -> None:
    state: dict[Purpose, Consent] = {}
    for one in told:
        state = newest(state, {"sms_notification": one})
    said = [one for one in told if one.basis == "consent"]
    if said:
        latest = max(one.at for one in said)
        stands = all(one.given for one in said if one.at == latest)
        assert (state["sms_notification"].basis, state["sms_notification"].given) == ("consent", stands)


def test_a_partner_consent_counts_for_the_advertisers_that_were_named() -> None:
    named = Consent(given=True, at=1, source="partner", advertisers=(SHOP,))
    partner = contact(PARTNER, sms_marketing=named)
    assert consent(partner, "sms_marketing", SHOP) == named
    assert consent(partner, "sms_marketing", OTHER) is None


def test_a_partner_consent_that_names_nobody_counts_for_nobody() -> None:
    assert consent(contact(PARTNER, sms_marketing=YES), "sms_marketing", SHOP) is None


@pytest.mark.parametrize(
    ("evidence", "confirmed"),
    [
        ({"code": "ver_1", "page": "https://shop.example"}, True),
        ({"shop": "shop_1", "level": "confirmed_opt_in"}, True),
        ({"shop": "shop_1", "level": "single_opt_in"}, False),
        ({"page": "https://shop.example"}, False),
        ({}, False),
    ],
)
def test_what_was_said_twice_is_known_of_the_contact(
    world: World, evidence: dict[str, str], *, confirmed: bool
) -> None:
    """A later word takes its place, whatever it is."""
    person = world.services.vault.person(CAMILLE)
    for at, known, expected in ((1, evidence, confirmed), (2, {}, False)):
        said = Statement({"sms_marketing": True}, world.clock.now() - DAY + at, "widget", evidence=known)
        world.services.intake.take("adv_1", Arrival(Profile(CAMILLE), said))
        found = world.services.contacts.get("adv_1", person)
        assert found is not None and found.consents["sms_marketing"].confirmed is expected
