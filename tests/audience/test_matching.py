"""From keyed identifiers to a contact."""

from __future__ import annotations

import pytest

from chalicelib.audience.matching import Match
from chalicelib.clock import DAY
from chalicelib.storage.contacts import PARTNER
from tests.support.faults import FaultyClient
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, open_shop

EMAIL = "camille@example.com"


def match(shop: Shop, **identifiers: str) -> Match | str:
    keyed = {kind: shop.world.services.vault.identifier(hashed(text)) for kind, text in identifiers.items()}
    return shop.world.services.matcher.match(shop.advertiser.id, keyed)


@pytest.mark.parametrize(("kind", "text"), [("phone", CAMILLE), ("email", EMAIL)])
def test_each_identifier_leads_to_the_contact(shop: Shop, kind: str, text: str) -> None:
    person = shop.contact(email=EMAIL)
    found = match(shop, **{kind: text})
    assert isinstance(found, Match)
    assert (found.person, found.evidence) == (person, kind)


def test_the_own_base_comes_first(shop: Shop) -> None:
    shop.contact(MALIK, base=PARTNER, advertisers=(shop.advertiser.id,), email=EMAIL)
    own = shop.contact(CAMILLE)
    found = match(shop, phone=CAMILLE, email=EMAIL)
    assert isinstance(found, Match)
    assert (found.base, found.person) == (shop.advertiser.id, own)


def test_the_partner_base_answers_where_the_own_one_cannot(shop: Shop) -> None:
    shop.contact(matching=None)
    person = shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,))
    found = match(shop, phone=CAMILLE)
    assert isinstance(found, Match)
    assert (found.base, found.person) == (PARTNER, person)


@pytest.mark.parametrize(("later", "matched"), [(-1, True), (0, False), (1, False)])
def test_a_refusal_to_the_advertiser_ends_what_a_partners_form_allowed(
    shop: Shop, later: int, *, matched: bool
) -> None:
    said = shop.world.clock.now() - DAY
    shop.contact(matching=False, at=said + later)
    shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,), at=said)
    assert isinstance(match(shop, phone=CAMILLE), Match) is matched


def test_the_partner_base_answers_only_for_the_advertisers_that_were_named(shop: Shop) -> None:
    shop.contact(base=PARTNER, advertisers=("adv_another",))
    assert match(shop, phone=CAMILLE) == "no_matching_consent"


def test_who_did_not_agree_is_not_taken_for_who_shares_the_email(shop: Shop) -> None:
    shop.contact(CAMILLE, matching=False)
    shop.contact(MALIK, email=EMAIL)
    assert match(shop, phone=CAMILLE, email=EMAIL) == "no_matching_consent"


def test_another_advertisers_base_is_not_looked_into(shop: Shop) -> None:
    open_shop(shop.world).contact()
    assert match(shop, phone=CAMILLE) == "unknown_identifier"


def test_a_phone_names_a_person_better_than_an_email(shop: Shop) -> None:
    shop.contact(MALIK, email=EMAIL)
    person = shop.contact(CAMILLE)
    found = match(shop, email=EMAIL, phone=CAMILLE)
    assert isinstance(found, Match) and found.person == person


def test_an_unknown_identifier_leads_to_nobody(shop: Shop) -> None:
    assert match(shop, phone=CAMILLE) == "unknown_identifier"


@pytest.mark.parametrize("matching", [False, None])
def test_who_did_not_agree_to_be_matched_is_not(shop: Shop, matching: bool | None) -> None:
    shop.contact(matching=matching)
    assert match(shop, phone=CAMILLE) == "no_matching_consent"


def test_a_match_is_one_batch_whatever_the_number_of_identifiers_and_contacts(shop: Shop) -> None:
    shop.contact(email=EMAIL)
    watched = FaultyClient(shop.world.dynamodb, lambda _operation, _number: None)
    worker = shop.world.worker(watched)
    keyed = {
        k: worker.vault.identifier(hashed(t)) for k, t in (("phone", CAMILLE), ("email", EMAIL), ("customer", "7"))
    }

    assert isinstance(worker.matcher.match(shop.advertiser.id, keyed), Match)

    assert watched.calls == ["batch_get_item", "batch_get_item"]
