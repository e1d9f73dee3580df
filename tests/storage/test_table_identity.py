"""Nothing is sent from a restored table until it has been told what it lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.audience.replay import Replay, Replayed
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import EVERYONE, Opposition
from chalicelib.storage.ledgers import readmit
from chalicelib.storage.opposition_log import OppositionLog, Record
from chalicelib.wiring import Services
from chalicelib.workers import send
from tests.support.shop import CAMILLE, INES, MALIK, Shop
from tests.support.stream import Stream
from tests.support.template import table_request
from tests.support.world import World, aws


def restored(world: World, items: list[dict[str, Any]]) -> Services:
    """A container of the stage, after its table has been restored under another name to what it was."""
    name = f"{world.table}-restored"
    world.dynamodb.create_table(**table_request(name))
    for item in items:
        world.dynamodb.put_item(TableName=name, Item=item)
    world.table = name
    clients = {"dynamodb": world.dynamodb, "sqs": world.queue}
    settings = world.settings
    moved = type(settings)(**{slot: getattr(settings, slot) for slot in settings.__slots__} | {"table": name})
    return world.equip(Services(moved, client=clients.__getitem__))


def backup(world: World) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.dynamodb.scan(TableName=world.table)["Items"]
    return items


def replay(services: Services, world: World) -> Replayed:
    return Replay(services.table, services.contacts, services.ledgers, services.erasure, services.vault).run(
        world.opposition_log.since()
    )


def oppose(services: Services, person: str, scope: str, at: int) -> None:
    assert services.ledgers.oppose(person, scope, Opposition(at, "stop"), count(SERVICE, person, at, "opposed.stop"))


def test_a_restored_table_hands_nothing_out_and_claims_nothing(world: World, shop: Shop) -> None:
    shop.contact()
    message = shop.message(due_at=world.clock.now())
    services = restored(world, backup(world))
    assert services.table_identity.halt() == "table_restored"
    services.tick.run()
    assert world.queue.entries == []
    order = {"message": message.id, "version": message.version}
    answer = send.on_orders({"Records": [{"messageId": "1", "body": json.dumps(order)}]}, services)
    assert answer == {"batchItemFailures": []}
    assert world.provider.sent == []
    assert world.counts(SERVICE) == {"halted.table_restored": 1}

    services.table_identity.confirm()
    world.clock.advance(MINUTE)
    services.tick.run()
    send.on_orders(world.queue.drain(), services)
    assert world.provider.times(message.id) == 1, "nothing was lost by waiting"


def test_a_table_that_was_never_confirmed_sends_nothing(world: World, shop: Shop) -> None:
    items = [item for item in backup(world) if item["pk"]["S"] != "TABLE#"]
    services = restored(world, items)
    assert services.table_identity.halt() == "table_not_confirmed"
    assert services.table_identity.confirm_first()
    assert services.table_identity.halt() is None


def test_only_a_table_without_any_confirmation_is_confirmed_by_a_first_start(world: World) -> None:
    services = restored(world, backup(world))
    assert not services.table_identity.confirm_first()
    assert services.table_identity.halt() == "table_restored"


def test_a_container_that_was_right_asks_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = world.worker()
    assert worker.table_identity.halt() is None
    monkeypatch.setattr(worker.table_identity, "_call", None)
    assert worker.table_identity.halt() is None


def test_oppositions_and_erasures_since_are_replayed(world: World, shop: Shop, stream: Stream) -> None:
    camille, malik, ines = (shop.contact(phone) for phone in (CAMILLE, MALIK, INES))
    services, base = world.services, shop.advertiser.id
    oppose(services, ines, base, world.clock.now() - DAY)
    stream.follow()
    items = backup(world)
    world.clock.advance(HOUR)
    oppose(services, camille, base, world.clock.now())
    oppose(services, ines, EVERYONE, world.clock.now())
    services.erasure.erase(base, malik)
    stream.follow()

    after = restored(world, items)
    done = replay(after, world)
    assert (done.opposed, done.erased) == (3, 1)  # The erasure leaves an opposition too.
    assert after.contacts.get(base, malik) is None
    assert after.ledgers.get(camille).opposition(base) == services.ledgers.get(camille).opposition(base)
    assert after.ledgers.get(malik).opposition(base)
    assert after.ledgers.get(ines).opposed.keys() == {base, EVERYONE}
    again = replay(after, world)
    assert (again.opposed, again.erased) == (0, 0)


def test_who_came_back_is_not_opposed_again(world: World, shop: Shop, stream: Stream) -> None:
    person = shop.contact()
    base, now = shop.advertiser.id, world.clock.now()
    oppose(world.services, person, base, now)
    world.services.table.update(readmit(world.services.ledgers.get(person), base, now + 1))
    stream.follow()
    assert [record.kind for record in world.opposition_log.since()] == ["opposed", "readmitted"]
    after = restored(world, backup(world))
    assert replay(after, world).opposed == 0
    assert after.ledgers.get(person).opposition(base) is None


def test_a_send_is_nothing_for_the_log_and_the_same_record_twice_changes_nothing(
    world: World, shop: Shop, stream: Stream
) -> None:
    person = shop.contact()
    oppose(world.services, person, EVERYONE, world.clock.now())
    records = stream.follow()
    logged = list(world.opposition_log.since())
    stream.replay(records)
    assert (
        set(world.opposition_log.since()) == set(logged) == {Record(world.clock.now(), "opposed", person, "*", "stop")}
    )


def test_what_ages_out_is_no_erasure(world: World, shop: Shop, stream: Stream) -> None:
    shop.contact()
    stream.follow()
    (item,) = (item for item in backup(world) if item["sk"]["S"] == "CONTACT")
    world.dynamodb.delete_item(TableName=world.table, Key={"pk": item["pk"], "sk": item["sk"]})
    records = stream.new_records()
    stream.replay([record | {"userIdentity": {"principalId": "dynamodb.amazonaws.com"}} for record in records])
    assert list(world.opposition_log.since()) == []
    stream.replay(records)
    assert [record.kind for record in world.opposition_log.since()] == ["erased"]


def test_the_bucket_keeps_records_in_the_order_of_time(world: World) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="log", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    log = OppositionLog(s3, "log")
    records = [
        Record(1_772_445_600_000, "opposed", "a" * 40, EVERYONE, "stop"),
        Record(1_772_445_600_001, "readmitted", "a" * 40, "adv_1"),
        Record(1_772_445_700_000, "erased", "b" * 40, "adv_1"),
    ]
    for record in [*reversed(records), records[0]]:
        log.append(record)
    assert list(log.since()) == records
    assert list(log.since(records[2].at)) == records[2:]
    assert "+33" not in json.dumps(s3.list_objects_v2(Bucket="log")["Contents"], default=str)
