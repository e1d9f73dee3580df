"""`relance keys nest`, phase by phase: what is kept afterwards, and a restore of what was before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.audience.replay import Replay
from chalicelib.clock import HOUR
from chalicelib.errors import ConfigurationError
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import EVERYONE, Opposition
from chalicelib.storage.opposition_log import OppositionLog, Record
from chalicelib.vault import generation, nest, new_key
from chalicelib.wiring import Services
from cli.nesting import KeyNesting, clear
from cli.passes import NotComplete
from cli.rotate import KeyRotation
from cli.rotation import SETTLED, TooEarly
from tests.support.secrets import KeptSecrets
from tests.support.shop import CAMILLE, INES, MALIK, PHONES, Shop
from tests.support.stream import Stream
from tests.support.world import World, aws


@pytest.fixture
def nesting(world: World) -> KeyNesting:
    return KeyNesting(KeptSecrets(world), world.worker, world.clock)  # type: ignore[arg-type]


def oppose(services: Services, person: str, scope: str) -> bool:
    now = services.clock.now()
    return services.ledgers.oppose(person, scope, Opposition(now, "stop"), count(SERVICE, person, now, "opposed.stop"))


def replay(services: Services, world: World) -> tuple[int, int]:
    told = Replay(services.table, services.contacts, services.ledgers, services.erasure, services.vault)
    done = told.run(world.opposition_log.since())
    return done.opposed, done.erased


def names(world: World) -> set[str]:
    """What stands under a person's name that outlives the contact."""
    return {item["pk"].partition("#")[2] for item in world.items() if item["pk"].startswith(("PERSON#", "PROOF#"))} | {
        record.person for record in world.opposition_log.since()
    }


def test_everything_that_outlives_a_person_is_moved_twice_over(
    world: World, shop: Shop, stream: Stream, nesting: KeyNesting
) -> None:
    base = shop.advertiser.id
    camille, malik = shop.contact(CAMILLE), shop.contact(MALIK)
    oppose(world.services, camille, EVERYONE)
    world.services.erasure.erase(base, malik)
    stream.follow()
    for number, wanted in ((number, phase) for number in (2, 3) for phase in ("introduced", "passed", "steady")):
        before = world.worker()
        assert before.vault.generation
        assert nesting.next().phase == wanted
        phone = PHONES[40 + len(world.of_type("ledger"))]
        person = world.services.vault.person(phone)
        # Who never was a contact says no in a container of before, and a fresh one knows it; and the other way round.
        assert oppose(before, person, base)
        assert world.worker().ledgers.get(person).opposition(base)
        assert oppose(world.worker(), person, EVERYONE)
        assert EVERYONE in before.ledgers.get(person).opposed
        assert not oppose(world.worker(), malik, base), "an erased number stays opposed"
        assert world.worker().intake  # built under every secret
        stream.follow()
        world.clock.advance(SETTLED)
        if wanted == "steady":
            assert {generation(name) for name in names(world)} == {number}
    assert nesting.status()[0] == 3
    world.services.vault = world.worker().vault  # By now every container has read the secret again.
    assert world.worker().vault.person(CAMILLE) == camille, "contacts keep their ids"
    assert world.worker().contacts.get(base, camille)
    assert world.worker().erasure.erase(base, camille)
    stream.follow()
    assert {generation(name) for name in names(world)} == {3}
    assert not any(malik in str(item) or camille in str(item) for item in world.items())


def test_a_phase_waits_for_containers_that_have_the_older_secret(world: World, nesting: KeyNesting) -> None:
    for _ in range(2):
        nesting.next()
        world.clock.advance(SETTLED - 1)
        with pytest.raises(TooEarly):
            nesting.next()
        world.clock.advance(1)
    assert nesting.next().phase == "steady"


def test_a_secret_that_was_changed_meanwhile_is_not_written_over(world: World) -> None:
    """A new key that is lost with what is under it would be worse than any leak."""
    secrets = KeptSecrets(world)

    def rotated_meanwhile() -> Services:
        KeyRotation(secrets, world.worker, world.clock).next("data")  # type: ignore[arg-type]
        return world.worker()

    nesting = KeyNesting(secrets, rotated_meanwhile, world.clock, waits=False)  # type: ignore[arg-type]
    nesting.next()
    with pytest.raises(NotComplete, match="changed meanwhile"):
        nesting.next()
    private = secrets.read("private")
    assert private["nesting"]["phase"] == "introduced"
    assert sorted(private["data"]) == ["1", "2"]

    def nested_meanwhile() -> Services:
        KeyNesting(secrets, world.worker, world.clock, waits=False).next()  # type: ignore[arg-type]
        return world.worker()

    rotation = KeyRotation(secrets, nested_meanwhile, world.clock, waits=False)  # type: ignore[arg-type]
    rotation.next("data")
    with pytest.raises(NotComplete, match="changed meanwhile"):
        rotation.next("data")
    assert "2" in secrets.read("private")["nesting"]["keys"]


@pytest.mark.parametrize("added", ["a list", "a key"])
def test_a_key_that_was_added_by_hand_is_refused(world: World, shop: Shop, added: str) -> None:
    person = shop.contact(CAMILLE)
    oppose(world.services, person, EVERYONE)
    private = json.loads(world.secrets["private"])
    if added == "a list":
        private["person"] = [private["person"], new_key()]
    else:
        private["nesting"] = {"keys": {"2": new_key()}, "current": 1, "phase": "steady", "since": 0}
    world.secrets["private"] = json.dumps(private)
    services = world.worker()
    with pytest.raises(ConfigurationError, match="added by hand"):
        services.ledgers.get(person)
    nesting = KeyNesting(KeptSecrets(world), world.worker, world.clock)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="relance keys nest"):
        nesting.next()


def test_a_table_of_before_is_told_what_it_lacks(world: World, shop: Shop, stream: Stream, nesting: KeyNesting) -> None:
    """Restored after the nesting to what it was before: ledgers under the old name, records under the new one."""
    base = shop.advertiser.id
    camille, malik, ines = (shop.contact(phone) for phone in (CAMILLE, MALIK, INES))
    oppose(world.services, ines, base)
    backup = world.dynamodb.scan(TableName=world.table)["Items"]
    world.clock.advance(HOUR)
    oppose(world.services, camille, base)
    stream.follow()
    early = list(world.opposition_log.since())
    for _ in range(3):
        nesting.next()
        stream.follow()
        world.clock.advance(SETTLED)
    world.worker().erasure.erase(base, malik)
    stream.follow()
    for item in world.items():
        world.dynamodb.delete_item(TableName=world.table, Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}})
    for item in backup:
        world.dynamodb.put_item(TableName=world.table, Item=item)

    after = world.worker()
    assert not after.ledgers.get(ines).opposition(base), "why nothing may be sent before"
    oppose(after, ines, EVERYONE)  # Between the restore and the replay the service goes on.
    for record in early:
        world.opposition_log.append(record)  # as if the log had been restored too
    clear(after)
    assert replay(after, world) == (2, 1)
    assert after.ledgers.get(camille).opposition(base)
    assert after.ledgers.get(ines).opposed.keys() == {base, EVERYONE}
    assert after.ledgers.get(malik).opposition(base)
    assert after.contacts.get(base, malik) is None
    assert replay(after, world) == (0, 0)


def test_records_are_renamed_in_the_bucket_and_no_version_stays_behind(world: World) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="nested-log", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    s3.put_bucket_versioning(Bucket="nested-log", VersioningConfiguration={"Status": "Enabled"})
    log = OppositionLog(s3, "nested-log")
    records = [Record(at, "opposed", person, EVERYONE, "stop") for at, person in ((1, "a" * 40), (2, "b" * 40))]
    for record in [*records, *records]:  # A stream that is followed again writes it again.
        log.append(record)
    key = b"k" * 32

    def lasting(name: str) -> str:
        return name if generation(name) == 2 else f"2.{nest(key, name)}"

    assert log.rename(lasting) == 2
    assert [record.person for record in log.since()] == [lasting("a" * 40), lasting("b" * 40)]
    versions: Any = s3.list_object_versions(Bucket="nested-log")
    assert not any("a" * 40 in version["Key"] or "b" * 40 in version["Key"] for version in versions["Versions"])
    assert "DeleteMarkers" not in versions
    assert log.rename(lasting) == 0


def test_what_changed_under_a_name_of_before_is_logged_under_the_one_of_now(
    world: World, shop: Shop, stream: Stream, nesting: KeyNesting
) -> None:
    """The stream keeps records for a day: a consumer may meet them long after they were moved."""
    oppose(world.services, world.services.vault.person(CAMILLE), EVERYONE)
    world.services.erasure.erase(shop.advertiser.id, shop.contact(MALIK))
    nesting.next()
    stream.replay(stream.new_records(), world.worker())
    records = list(world.opposition_log.since())
    assert {record.kind for record in records} == {"opposed", "erased"}
    assert {generation(record.person) for record in records} == {2}
