"""The quick way into the base and the usual one: the same to the last byte, and to the last row."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from itertools import count as numbers
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chalicelib.audience.arrivals import Arrival, decide
from chalicelib.audience.newcomers import Newcomers
from chalicelib.audience.profile import Profile, open_profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, StoppedClock
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Ledger, Opposition
from chalicelib.storage.table import Table
from chalicelib.vault import Vault, new_key, new_secrets
from tests.support.faults import FaultyClient
from tests.support.world import NOON, World

PHONES = tuple(f"+336399800{number:02d}" for number in range(4))
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
BASES = numbers()
PURPOSES: Any = st.sampled_from(["sms_marketing", "sms_notification", "matching"])


def uncalled(operation: str, request: object) -> dict[str, Any]:
    raise AssertionError(operation, request)


def vault(versions: int) -> Vault:
    """Secrets whose identifiers are kept under several keys, as while one is being retired."""
    keys = {str(version): new_key() for version in range(1, versions + 1)}
    kept = {**new_secrets(), "identifiers": f'{{"keys": {keys}, "current": {versions}}}'.replace("'", '"')}
    return Vault(kept.__getitem__)


VAULTS = {versions: vault(versions) for versions in (1, 2)}
TABLE = Table(uncalled, "relance-test", StoppedClock(NOON))
NEWCOMERS = {versions: Newcomers(TABLE, kept) for versions, kept in VAULTS.items()}

statements = st.builds(
    Statement,
    given=st.dictionaries(PURPOSES, st.booleans(), min_size=1),
    at=st.integers(-DAY, NOON),
    source=ANYTHING,
    wording=st.none() | ANYTHING,
    wording_hash=st.none() | st.just("a" * 64),
    proof=st.none() | st.just("f" * 64),
    advertisers=st.lists(ANYTHING, max_size=2).map(tuple),
    brokers=st.lists(ANYTHING, max_size=2).map(tuple),
    evidence=st.dictionaries(st.sampled_from(["line", "ip", "agent"]), ANYTHING),
    basis=st.sampled_from(["consent", "contract"]),
)
profiles = st.builds(
    Profile,
    phone=st.sampled_from(PHONES),
    email=st.none() | st.sampled_from(["a@example.com", "b@example.com"]),
    first_name=st.none() | ANYTHING,
    last_name=st.none() | ANYTHING,
    customer_id=st.none() | ANYTHING,
)
fields = st.dictionaries(st.sampled_from(["city", "points"]), ANYTHING | st.integers(-(10**15), 10**15) | st.booleans())
arrivals = st.builds(Arrival, profiles, statements, fields)
moments = st.integers(NOON - 90 * DAY, NOON)


def own(arrival: Arrival, at: int) -> Arrival:
    """An arrival of late, with identifiers that nobody shares: of those the last one who is written gets them."""
    phone, email, first, last, customer = arrival.profile
    profile = Profile(phone, email and phone + email, first, last, customer and phone + customer)
    return Arrival(profile, arrival.statement._replace(at=at), arrival.fields)


recent = st.builds(own, arrivals, moments)


def with_the_same_chance(make: Callable[[], str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "urandom", random.Random(1).randbytes)
        return make()


@given(arrival=arrivals, base=st.sampled_from(["adv_1", "partner"]), versions=st.sampled_from(list(VAULTS)))
def test_a_newcomers_writes_are_those_that_were_decided(arrival: Arrival, base: str, versions: int) -> None:
    sealed, newcomers = VAULTS[versions], NEWCOMERS[versions]
    person = sealed.person(arrival.profile.phone)
    newcomers.writes(base, person, arrival, NOON)  # Makes the form, which takes chance of its own.
    quick = with_the_same_chance(lambda: newcomers.writes(base, person, arrival, NOON)[0])
    decided = with_the_same_chance(
        lambda: TABLE.text_of(decide(sealed, base, person, None, Ledger(person), arrival, NOON).writes)
    )
    assert quick == decided


def state(world: World, base: str) -> list[object]:
    """All that is known of everybody in a base, but for what chance named."""
    services, known = world.services, []
    for phone in PHONES:
        contact = services.contacts.get(base, services.vault.person(phone), expired=True)
        if contact:
            assert services.consent_verifier.verify_contact(contact) == []
            said = [{**line, "hash": ""} for line in services.erasure.proof(contact)]
            bare = contact._replace(base="", sealed=b"", chain="", head="", key=b"")
            known.append((bare, open_profile(services.vault, contact), said))
    identifiers = [item for item in world.of_type("identifier") if item["base"] == base]
    return [known, sorted((item["pk"].rpartition("#")[2], item["person"], item["ttl"]) for item in identifiers)]


@settings(max_examples=10, phases=[Phase.generate])
@given(batch=st.lists(recent, min_size=1, max_size=8), opposed=st.sets(st.sampled_from(PHONES), max_size=2))
def test_a_batch_leaves_what_its_arrivals_leave_one_by_one(
    world: World, batch: Sequence[Arrival], opposed: set[str]
) -> None:
    number = next(BASES)
    one_by_one, together = f"one_{number}", f"all_{number}"
    for base in (one_by_one, together):
        for phone in opposed:
            no = count(base, phone, NOON, "opposed.stop")
            world.services.ledgers.oppose(world.services.vault.person(phone), base, Opposition(NOON, "stop"), no)
    outcomes = [world.services.intake.take(one_by_one, arrival) for arrival in batch]
    assert world.services.intake.take_many(together, batch) == outcomes
    assert state(world, together) == state(world, one_by_one)


def test_a_newcomer_who_comes_in_elsewhere_at_the_same_time_is_decided_anew(world: World) -> None:
    """The conditions of a text hold: what was read as unknown is known when it is written."""
    meanwhile = [Arrival(Profile(PHONES[0]), Statement({"matching": True}, NOON - DAY, "checkout"))]
    mine = Arrival(Profile(PHONES[0]), Statement({"sms_marketing": True}, NOON, "import"), {"city": "Lille"})

    def other_first(operation: str, _number: int) -> None:
        if operation == "transact_write_items" and meanwhile:
            world.services.intake.take("adv_1", meanwhile.pop())

    late = world.worker(FaultyClient(world.dynamodb, other_first))
    assert late.intake.take_many("adv_1", [mine]) == ["updated"]
    contact = world.services.contacts.get("adv_1", world.services.vault.person(PHONES[0]))
    assert contact is not None
    assert (set(contact.consents), contact.length) == ({"matching", "sms_marketing"}, 2)


def test_an_answer_that_is_lost_doubles_nothing(world: World) -> None:
    """Whoever asks again finds what was written."""
    mine = Arrival(Profile(PHONES[0]), Statement({"sms_marketing": True}, NOON, "import"))
    assert world.services.intake.take_many("adv_1", [mine]) == ["added"]
    assert world.services.intake.take_many("adv_1", [mine]) == ["unchanged"]
    assert len(world.of_type("consent")) == 1
