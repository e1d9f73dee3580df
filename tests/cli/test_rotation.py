"""Keys are rotated without a stop: whatever phase it is in, people are found and messages open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.leads import open_secret, seal_secret
from chalicelib.audience.profile import Profile, open_profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import HOUR, MINUTE
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Update
from chalicelib.storage.trial_phones import TrialPhone, TrialPhones, trial_place
from chalicelib.vault import SECRETS_KEPT, Vault, identifier_version, new_secrets
from cli.passes import NotComplete
from cli.rotate import KeyRotation
from cli.rotation import SETTLED, STREAMED, TooEarly
from tests.support.secrets import KeptSecrets
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed
from tests.support.world import World

EMAIL = "camille@client.example"


@pytest.fixture
def rotation(world: World) -> KeyRotation:
    return KeyRotation(KeptSecrets(world), world.worker, world.clock)  # type: ignore[arg-type]


def opt_in(world: World, shop: Shop, phone: str, email: str | None = None) -> None:
    statement = Statement({"sms_marketing": True, "matching": True}, world.clock.now() - HOUR, "checkout")
    arrival = Arrival(Profile(phone, email), statement)
    assert world.worker().intake.take(shop.advertiser.id, arrival) in ("added", "updated")


def found(world: World, shop: Shop, text: str, vault: Vault | None = None) -> str | None:
    """Whom a visitor's identifier leads to, in a container that holds `vault`."""
    keyed = (vault or world.worker().vault).identifier(hashed(text))
    return world.services.contacts.identified([shop.advertiser.id], [keyed]).get((shop.advertiser.id, keyed))


def test_identifiers_are_rotated_and_everyone_is_found_all_the_while(
    world: World, shop: Shop, rotation: KeyRotation
) -> None:
    opt_in(world, shop, CAMILLE, EMAIL)
    camille, malik = (world.services.vault.person(phone) for phone in (CAMILLE, MALIK))
    phases = []
    for wait in (SETTLED, 0, STREAMED, SETTLED, 0):
        stale = Vault(dict(world.secrets).__getitem__, world.clock)
        stale.identifier("0" * 64)
        phases.append(rotation.next("identifiers").phase)
        if phases[-1] == "introduced":
            opt_in(world, shop, MALIK)
        for vault in (None, stale):
            assert found(world, shop, EMAIL, vault) == found(world, shop, CAMILLE, vault) == camille
        if len(phases) < 3:
            assert found(world, shop, MALIK) == malik
        world.clock.advance(wait)
    assert phases == ["introduced", "passed", "switched", "retired", "steady"]
    assert found(world, shop, MALIK) == malik
    assert {identifier_version(item["pk"].rpartition("#")[2]) for item in world.of_type("identifier")} == {2}
    assert list(json.loads(world.secrets["identifiers"])["keys"]) == ["2"]


def test_the_pass_changes_nothing_the_second_time_and_leaves_the_newest_owner(
    world: World, shop: Shop, rotation: KeyRotation
) -> None:
    opt_in(world, shop, CAMILLE, EMAIL)
    opt_in(world, shop, MALIK, EMAIL)  # A shared address leads to whoever came last.
    rotation.next("identifiers")
    world.clock.advance(SETTLED)
    kept = world.secrets["identifiers"]
    assert rotation.next("identifiers").changed == 2
    world.secrets["identifiers"] = kept  # as if it had been stopped before it noted its end
    assert rotation.next("identifiers").changed == 0
    rotation.next("identifiers")
    assert found(world, shop, EMAIL) == world.services.vault.person(MALIK)
    assert found(world, shop, CAMILLE) == world.services.vault.person(CAMILLE)


def test_a_person_who_is_erased_during_the_pass_is_not_brought_back(
    world: World, shop: Shop, rotation: KeyRotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    opt_in(world, shop, CAMILLE, EMAIL)
    person = world.services.vault.person(CAMILLE)
    rotation.next("identifiers")
    world.clock.advance(SETTLED)
    worker = world.worker()
    table = worker.table
    transact = table.transact

    def erase_first(writes: Any) -> None:
        monkeypatch.setattr(table, "transact", transact)
        world.services.erasure.erase(shop.advertiser.id, person)
        transact(writes)

    monkeypatch.setattr(table, "transact", erase_first)
    KeyRotation(KeptSecrets(world), lambda: worker, world.clock).next("identifiers")  # type: ignore[arg-type]
    assert world.of_type("identifier") == []


@pytest.mark.parametrize("ring", ["identifiers", "data"])
def test_a_phase_waits_for_containers_that_have_the_older_secret(
    world: World, rotation: KeyRotation, ring: Any
) -> None:
    rotation.next(ring)
    before = dict(world.secrets)
    world.clock.advance(SETTLED - 1)
    with pytest.raises(TooEarly) as early:
        rotation.next(ring)
    assert early.value.until == world.clock.now() + 1
    assert world.secrets == before
    world.clock.advance(1)
    rotation.next(ring)


def test_data_is_sealed_anew_and_the_old_key_goes(world: World, shop: Shop, rotation: KeyRotation) -> None:
    opt_in(world, shop, CAMILLE, EMAIL)
    opt_in(world, shop, INES)
    world.services.erasure.erase(shop.advertiser.id, world.services.vault.person(INES))
    shop.message(CAMILLE)
    message = shop.message(CAMILLE, state="sent")
    sealed = world.services.vault.seal("Votre panier", f"message/{message.id}")
    world.services.messages.commit([replace_text(message.id, sealed)])
    secret = seal_secret(world.services.vault, "lead_1", "what the tool signs with")
    world.services.table.put(Put(keys.lead_source("lead_1"), {"type": "lead_source", "id": "lead_1", "secret": secret}))
    place = trial_place(shop.advertiser.id, "person")
    trial = TrialPhone("person", world.services.vault.seal(CAMILLE, place), world.clock.now())
    TrialPhones(world.services.table).add(shop.advertiser.id, trial)
    phases = []
    for _ in range(4):
        phases.append(rotation.next("data").phase)
        world.clock.advance(SETTLED)
    assert phases == ["introduced", "switched", "passed", "steady"]
    assert list(json.loads(world.secrets["private"])["data"]) == ["2"]

    fresh = world.worker()
    contact = fresh.contacts.get(shop.advertiser.id, fresh.vault.person(CAMILLE))
    assert contact is not None
    assert open_profile(fresh.vault, contact).email == EMAIL
    (statement, *_) = fresh.erasure.proof(contact)
    assert statement["source"] == "checkout"
    (source,) = world.of_type("lead_source")
    assert open_secret(fresh.vault, "lead_1", source["secret"]) == "what the tool signs with"
    (phone,) = TrialPhones(fresh.table).of(shop.advertiser.id)
    assert fresh.vault.open(phone.sealed, place) == CAMILLE
    text = shop.stored(message).text
    assert text and fresh.vault.open(text, f"message/{message.id}") == "Votre panier"


def replace_text(message: str, sealed: bytes) -> Any:
    return Update(keys.message(message), "SET #text = :text", {"text": sealed})


def test_a_data_key_stays_while_anything_is_sealed_under_it(world: World, shop: Shop, rotation: KeyRotation) -> None:
    sealed = world.services.vault.seal("123456", "somewhere")
    world.services.table.put(Put(("ELSEWHERE", "X"), {"type": "elsewhere", "sealed": sealed}))
    for _ in range(3):
        rotation.next("data")
        world.clock.advance(SETTLED)
    with pytest.raises(NotComplete, match="1 elsewhere"):
        rotation.next("data")
    assert sorted(json.loads(world.secrets["private"])["data"]) == ["1", "2"]


def test_the_older_form_of_the_secret_is_read_and_rotated(world: World, shop: Shop, rotation: KeyRotation) -> None:
    key = json.loads(world.secrets["identifiers"])["keys"]["1"]
    world.secrets["identifiers"] = json.dumps({"key": key})
    opt_in(world, shop, CAMILLE)
    for wait in (SETTLED, 0, 0):
        rotation.next("identifiers")
        world.clock.advance(wait)
    assert found(world, shop, CAMILLE) == world.services.vault.person(CAMILLE)


def test_a_container_reads_its_secrets_again_after_five_minutes(world: World) -> None:
    kept = dict(world.secrets)
    vault = Vault(kept.__getitem__, world.clock)
    before = vault.identifier("0" * 64)
    kept |= new_secrets()
    world.clock.advance(SECRETS_KEPT - 1)
    assert vault.identifier("0" * 64) == before
    world.clock.advance(1)
    assert vault.identifier("0" * 64) != before


def test_a_secret_that_cannot_be_read_again_is_kept_a_while(world: World) -> None:
    answers: list[Callable[[str], str]] = [world.secrets.__getitem__]

    def read(name: str) -> str:
        return answers[0](name)

    def unavailable(name: str) -> str:
        raise StorageUnavailable(name)

    vault = Vault(read, world.clock)
    before = vault.identifier("0" * 64)
    answers[0] = unavailable
    world.clock.advance(2 * SECRETS_KEPT - MINUTE)
    assert vault.identifier("0" * 64) == before
    world.clock.advance(MINUTE)
    with pytest.raises(StorageUnavailable):
        vault.identifier("0" * 64)


def test_what_is_sealed_under_a_younger_key_opens_at_once(world: World, rotation: KeyRotation) -> None:
    stale = Vault(world.secrets.__getitem__, world.clock)
    stale.seal("text", "place")
    rotation.next("data")
    world.secrets["private"] = json.dumps(json.loads(world.secrets["private"]) | {"current": 2})
    sealed = Vault(world.secrets.__getitem__).seal("text", "place")
    assert sealed[0] == 2
    assert stale.open(sealed, "place") == "text"
