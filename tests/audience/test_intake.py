"""Coming into the base: what is taken, what stays out, and what is never doubled or lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile, open_profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY
from chalicelib.storage.contacts import PARTNER, Contact
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import EVERYONE, Opposition
from chalicelib.vault import identifier_digest
from tests.support.world import NOON, World

CAMILLE = "+33639980001"
NOOR = "+33639980002"
BASE = "adv_1"


def arrival(phone: str = CAMILLE, *, at: int = NOON - DAY, matching: bool = True, **profile: str) -> Arrival:
    statement = Statement({"sms_marketing": True, "matching": matching}, at, "checkout", wording="v1", proof="f" * 64)
    return Arrival(Profile(phone, **profile), statement, {"city": "Lille"})


def oppose(world: World, phone: str, scope: str) -> None:
    person = world.services.vault.person(phone)
    world.services.ledgers.oppose(person, scope, Opposition(NOON, "stop"), count(scope, "r1", NOON, "opposed.stop"))


def find(world: World, phone: str = CAMILLE, base: str = BASE) -> Contact | None:
    return world.services.contacts.get(base, world.services.vault.person(phone))


def contact(world: World, phone: str = CAMILLE, base: str = BASE) -> Contact:
    found = find(world, phone, base)
    assert found is not None
    return found


def test_a_person_comes_in_with_consents_identifiers_and_proof(world: World) -> None:
    outcome = world.services.intake.take(BASE, arrival(email="camille@example.com", customer_id="c-7"))
    assert outcome == "added"
    known = contact(world)
    assert known.consents["matching"].given
    assert known.length == 1
    assert known.fields == {"city": "Lille"}
    vault = world.services.vault
    for text in (CAMILLE, "camille@example.com", "customer:c-7"):
        hmac = vault.identifier(identifier_digest(text))
        assert world.services.contacts.identified([BASE], [hmac]) == {(BASE, hmac): known.person}


def test_the_same_statement_is_taken_once(world: World) -> None:
    world.services.intake.take(BASE, arrival())
    before = world.items()
    assert world.services.intake.take(BASE, arrival()) == "unchanged"
    assert world.services.intake.take_many(BASE, [arrival(), arrival()]) == ["unchanged", "unchanged"]
    assert world.items() == before


def test_the_newest_statement_wins_whatever_comes_last(world: World) -> None:
    world.services.intake.take(BASE, arrival(at=NOON - DAY, matching=False, first_name="Camille"))
    outcome = world.services.intake.take(BASE, arrival(at=NOON - 9 * DAY, first_name="Kamil", email="c@example.com"))
    assert outcome == "updated"
    known = contact(world)
    assert not known.consents["matching"].given
    assert known.length == 2
    profile = open_profile(world.services.vault, known)
    assert (profile.first_name, profile.email) == ("Camille", "c@example.com")


def test_a_replaced_address_leads_to_nobody(world: World) -> None:
    world.services.intake.take(BASE, arrival(email="old@example.com"))
    world.services.intake.take(BASE, arrival(at=NOON, email="new@example.com"))
    old = world.services.vault.identifier(identifier_digest("old@example.com"))
    assert not world.services.contacts.identified([BASE], [old])


@pytest.mark.parametrize(("base", "scope"), [(BASE, BASE), (BASE, EVERYONE), (PARTNER, EVERYONE), (PARTNER, PARTNER)])
def test_who_opposed_stays_out(world: World, base: str, scope: str) -> None:
    oppose(world, CAMILLE, scope)
    assert world.services.intake.take(base, arrival()) == "opposed"
    assert world.services.intake.take_many(base, [arrival(), arrival(NOOR)]) == ["opposed", "added"]
    assert find(world, base=base) is None


def test_an_opposition_to_another_advertiser_keeps_nobody_out(world: World) -> None:
    oppose(world, CAMILLE, "adv_2")
    assert world.services.intake.take(BASE, arrival()) == "added"


def test_who_proves_the_phone_comes_back_to_this_advertiser_only(world: World) -> None:
    oppose(world, CAMILLE, EVERYONE)
    assert world.services.intake.take(BASE, arrival(), verified=True) == "opposed", "said before the no"
    assert world.services.intake.take(BASE, arrival(at=NOON), verified=True) == "added"
    ledger = world.services.ledgers.get(world.services.vault.person(CAMILLE))
    assert ledger.opposition(BASE) is None
    assert ledger.opposition("adv_2")
    oppose(world, CAMILLE, EVERYONE)
    assert world.services.ledgers.get(world.services.vault.person(CAMILLE)).opposition(BASE)


def test_a_withdrawal_stops_a_send_that_is_being_decided(world: World) -> None:
    world.services.intake.take(BASE, arrival())
    person = world.services.vault.person(CAMILLE)
    before = world.services.ledgers.get(person).version
    withdrawal = arrival()._replace(statement=Statement({"matching": False}, NOON, "preferences"))
    world.services.intake.take(BASE, withdrawal)
    assert world.services.ledgers.get(person).version > before


def test_two_people_with_one_address_in_a_batch(world: World) -> None:
    arrivals = [arrival(email="both@example.com"), arrival(NOOR, email="both@example.com")]
    assert world.services.intake.take_many(BASE, arrivals) == ["added", "added"]


def test_everybody_writes_at_once_and_every_statement_is_in_the_chain(exact_world: World) -> None:
    def write(number: int) -> None:
        services = exact_world.worker(exact_world.own_client())
        services.intake.take(BASE, arrival(at=NOON - number * DAY))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    known = contact(exact_world)
    assert known.length == 6
    assert exact_world.services.consent_verifier.verify_contact(known) == []
