"""The consent ledger finds what was changed in it, and does not take an erasure for a change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.clock import DAY
from chalicelib.storage.codec import encode_item
from tests.audience.test_intake import BASE, CAMILLE, NOOR, arrival, contact
from tests.support.world import NOON, World

Change = Callable[[World], None]


def item(world: World, kind: str, sequence: int) -> dict:  # type: ignore[type-arg]
    return next(i for i in world.of_type(kind) if i["sequence"] == sequence and i["chain"] == contact(world).chain)


def put(world: World, changed: dict) -> None:  # type: ignore[type-arg]
    world.dynamodb.put_item(TableName=world.table, Item=encode_item(changed))


def drop(world: World, found: dict) -> None:  # type: ignore[type-arg]
    world.dynamodb.delete_item(TableName=world.table, Key=encode_item({"pk": found["pk"], "sk": found["sk"]}))


def rules(world: World) -> set[str]:
    return {finding.rule for finding in world.services.consent_verifier.verify().findings}


@pytest.fixture
def base(world: World) -> World:
    world.services.intake.take(BASE, arrival())
    world.services.intake.take(BASE, arrival(at=NOON - DAY + 1, matching=False))
    world.services.intake.take(BASE, arrival(NOOR))
    world.clock.advance(2 * DAY)
    world.services.consent_verifier.close_days()
    return world


def test_an_untouched_ledger_is_found_whole(base: World) -> None:
    found = base.services.consent_verifier.verify()
    assert (found.chains, found.entries, found.findings) == (2, 3, [])


def test_consents_that_were_taken_before_they_named_their_entries_are_found_whole(base: World) -> None:
    for found in base.of_type("contact"):
        for consent in found["consents"].values():
            assert consent.pop("entry") in (1, 2)
        put(base, found)
    assert rules(base) == set()


def test_a_consent_that_names_another_entry_is_found(base: World) -> None:
    (found,) = (one for one in base.of_type("contact") if one["chain"] == contact(base).chain)
    found["consents"]["sms_marketing"]["entry"] = 7
    put(base, found)
    assert rules(base) == {"state"}


def _edit(world: World) -> None:
    put(world, item(world, "consent", 2) | {"commitment": "0" * 64})


def _edit_date(world: World) -> None:
    put(world, item(world, "consent", 1) | {"recorded_at": NOON - 90 * DAY})


def _swap_payloads(world: World) -> None:
    put(world, item(world, "consent", 2) | {"payload": item(world, "consent", 1)["payload"]})


def _cut_tail(world: World) -> None:
    drop(world, item(world, "consent", 2))


def _cut_tail_and_register(world: World) -> None:
    drop(world, item(world, "register", 2))
    _cut_tail(world)


def _delete_chain(world: World) -> None:
    for sequence in (1, 2):
        for kind in ("consent", "register"):
            drop(world, item(world, kind, sequence))


def _delete_contact(world: World) -> None:
    drop(world, next(i for i in world.of_type("contact") if i["person"] == contact(world).person))


def _delete_everything_of_a_person(world: World) -> None:
    _delete_chain(world)
    _delete_contact(world)


def _turn_consent_in_state(world: World) -> None:
    found = next(i for i in world.of_type("contact") if i["person"] == contact(world).person)
    put(world, found | {"consents": found["consents"] | {"matching": found["consents"]["matching"] | {"given": True}}})


def _feign_erasure(world: World) -> None:
    put(world, item(world, "consent", 2) | {"kind": "erased", "payload": None})


def _delete_root(world: World) -> None:
    drop(world, sorted(world.of_type("root"), key=lambda i: str(i["sk"]))[-2])


def _forge_root(world: World) -> None:
    put(world, sorted(world.of_type("root"), key=lambda i: str(i["sk"]))[-1] | {"entries": 99})


@pytest.mark.parametrize(
    "change",
    [
        _edit,
        _edit_date,
        _swap_payloads,
        _cut_tail,
        _cut_tail_and_register,
        _delete_chain,
        _delete_contact,
        _delete_everything_of_a_person,
        _turn_consent_in_state,
        _feign_erasure,
        _delete_root,
        _forge_root,
    ],
)
def test_what_was_changed_is_found(base: World, change: Change) -> None:
    change(base)
    assert rules(base)


def test_an_erasure_is_not_taken_for_a_change(base: World) -> None:
    base.services.erasure.erase(BASE, base.services.vault.person(CAMILLE))
    found = base.services.consent_verifier.verify()
    assert (found.erased, found.findings) == (1, [])


def test_roots_are_made_once_for_each_day(base: World) -> None:
    assert base.services.consent_verifier.close_days() == []
    base.clock.advance(DAY)
    assert len(base.services.consent_verifier.close_days()) == 1
    assert rules(base) == set()
