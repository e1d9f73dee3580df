"""`relance keys` and `relance restore` against SSM, S3 and a table on moto."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.storage.counters import SERVICE
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
    ]


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
