"""`relance keys` and `relance restore` against SSM, S3 and a table on moto."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.opposition_log import Record
from chalicelib.wiring import Services
from cli import keys, restore
from cli.main import app
from tests.support.world import World, aws


class Stage:
    """A stage whose every service is moto's."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.settings = replace(world.settings, opposition_log="log", **settings)

    def client(self, service: str) -> Any:
        return aws(service)

    def services(self) -> Services:
        return Services(self.settings, client=aws)


@pytest.fixture
def stage(world: World, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage(world)
    for module in (keys, restore):
        monkeypatch.setattr(module, "the_stage", lambda: stage)
    aws("s3").create_bucket(Bucket="log", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return stage


def told(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_rehearsal_rotates_all_keys_without_waiting(stage: Stage) -> None:
    assert len(told("keys", "init")["created"]) == 2
    assert [told("keys", "rotate", "identifiers")["phase"] for _ in range(5)][-1] == "steady"
    assert [told("keys", "rotate", "data")["phase"] for _ in range(4)][-1] == "steady"
    assert [(ring["ring"], ring["versions"], ring["current"]) for ring in told("keys", "status")] == [
        ("identifiers", [2], 2),
        ("data", [2], 2),
        ("person", [1], 1),
    ]


def test_a_rehearsal_nests_the_key_of_people_and_a_restore_is_told_afterwards(stage: Stage, world: World) -> None:
    told("keys", "init")
    services = stage.services()
    person = services.vault.person("+33639980001")
    services.ledgers.oppose(person, SERVICE, Opposition(1, "stop"), count(SERVICE, person, 1, "opposed.stop"))
    services.opposition_log.append(Record(1, "opposed", person, SERVICE, "stop"))
    assert told("keys", "nest")["phase"] == "introduced"
    refused = CliRunner().invoke(app, ["restore", "replay"])
    assert refused.exit_code == 1
    assert "relance keys nest" in refused.output
    assert [told("keys", "nest")["phase"] for _ in range(2)] == ["passed", "steady"]
    assert told("keys", "status")[2] | {"ready_at": 0} == {
        "ring": "person",
        "versions": [1, 2],
        "current": 2,
        "phase": "steady",
        "ready_at": 0,
    }
    (record,) = stage.services().opposition_log.since()
    assert record.person == stage.services().vault.lasting(person) != person
    (ledger,) = world.of_type("ledger")
    assert ledger["person"] == record.person
    assert told("restore", "replay") == {"records": 1, "opposed": 0, "erased": 0, "sending": True}


def test_a_key_of_people_that_was_added_by_hand_is_refused_in_words(stage: Stage) -> None:
    told("keys", "init")
    ssm, name = stage.client("ssm"), f"{stage.settings.keys_path}/private"
    private = json.loads(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    private["person"] = [private["person"], private["person"]]
    ssm.put_parameter(Name=name, Value=json.dumps(private), Type="SecureString", Overwrite=True)
    for command in (["keys", "nest"], ["keys", "status"], ["restore", "replay"]):
        refused = CliRunner().invoke(app, command)
        assert refused.exit_code == 1
        assert "added by hand" in refused.output


def test_elsewhere_too_early_a_phase_is_refused(stage: Stage) -> None:
    stage.settings = replace(stage.settings, test_clock=False)
    told("keys", "init")
    told("keys", "rotate", "data")
    result = CliRunner().invoke(app, ["keys", "rotate", "data"])
    assert result.exit_code == 1
    assert "not before" in result.output


def test_keys_that_do_not_rotate_are_refused(stage: Stage) -> None:
    assert CliRunner().invoke(app, ["keys", "rotate", "person"]).exit_code == 1


def test_a_restored_table_is_told_and_then_sent_from(stage: Stage, world: World) -> None:
    told("keys", "init")
    services = stage.services()
    services.opposition_log.append(Record(world.clock.now(), "opposed", "a" * 40, SERVICE, "stop"))
    world.dynamodb.update_item(
        TableName=world.table,
        Key={"pk": {"S": "TABLE#"}, "sk": {"S": "IDENTITY"}},
        UpdateExpression="SET #i = :i",
        ExpressionAttributeNames={"#i": "identity"},
        ExpressionAttributeValues={":i": {"S": "of another table"}},
    )
    assert told("restore", "status") == {"sending": False, "reason": "table_restored"}
    assert told("restore", "replay") == {"records": 1, "opposed": 1, "erased": 0, "sending": True}
    assert told("restore", "status") == {"sending": True, "reason": None}
    assert told("restore", "replay")["opposed"] == 0


def test_the_first_start_of_a_stage_confirms_its_table_and_a_second_does_not(stage: Stage, world: World) -> None:
    key = {"pk": {"S": "TABLE#"}, "sk": {"S": "IDENTITY"}}
    world.dynamodb.delete_item(TableName=world.table, Key=key)
    told("keys", "init")
    assert told("restore", "status")["sending"]
    world.dynamodb.delete_item(TableName=world.table, Key=key)
    told("keys", "init")
    assert told("restore", "status") == {"sending": False, "reason": "table_not_confirmed"}
