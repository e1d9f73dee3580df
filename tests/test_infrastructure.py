"""What the application declares is what the template wires, and each function may do only what it must."""

from __future__ import annotations

import json
from typing import Any

import pytest

import app as application
from chalicelib.aws.lean import IN_A_HURRY
from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.webhooks import attempts
from tests.support.policies import CONFIG, configured, policy_files, wildcards
from tests.support.stream import CONSUMERS, matches
from tests.support.template import resources, stream_patterns, table_request

HTTP = {"collect", "redirect"}
"""Functions that API Gateway calls; infra/ points their routes at them."""


def functions() -> set[str]:
    """The functions that app.py declares beside the HTTP one."""
    return {handler.name for handler in application.app.pure_lambda_functions}


def logical(name: str) -> str:
    """A function's name in the template."""
    return "".join(part.capitalize() for part in name.split("_"))


def started(kind: str) -> dict[str, dict[str, Any]]:
    """Function to the properties of the event-source mapping or permission that starts it."""
    found = [resource["Properties"] for resource in resources().values() if resource.get("Type") == kind]
    return {properties["FunctionName"]["Ref"]: properties for properties in found}


def scheduled() -> dict[str, str]:
    """Function to its schedule."""
    return {
        name: event["Properties"]["Schedule"]
        for name, resource in resources().items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "Schedule"
    }


def test_every_function_is_started_by_a_queue_a_stream_a_schedule_or_the_api() -> None:
    """And none that app.py has no longer is."""
    mapped, called = started("AWS::Lambda::EventSourceMapping"), started("AWS::Lambda::Permission")
    assert sorted([*mapped, *called, *scheduled()]) == sorted(logical(name) for name in functions())


def test_tick_and_long_work_run_each_minute_and_days_are_closed_each_hour() -> None:
    assert scheduled() == {
        "Tick": "rate(1 minute)",
        "Background": "rate(1 minute)",
        "CloseDays": "rate(1 hour)",
        "ExportDays": "rate(1 hour)",
        "PullOptOuts": "rate(1 hour)",
    }


def test_every_function_of_the_api_may_be_called_by_it_and_has_its_routes() -> None:
    assert set(started("AWS::Lambda::Permission")) == {logical(name) for name in HTTP}
    paths = resources()["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    pointed = {path: str(methods) for path, methods in paths.items()}
    assert {path for path, text in pointed.items() if "Collect.Arn" in text} == {"/p.gif", "/t.js", "/c.js", "/e"}
    assert {path for path, text in pointed.items() if "Redirect.Arn" in text} == {"/{code}"}
    for path, methods in paths.items():
        assert {method.upper() for method in methods} == set(application.app.routes[path])


def test_a_redirect_lives_long_enough_to_land_without_the_table_and_not_longer_than_its_gateway() -> None:
    """P5: the write and then the read may hear nothing before the container's own memory answers."""
    gateway_s = 29
    config = json.loads(CONFIG.read_text("utf-8"))
    assert 2 * IN_A_HURRY.longest_s + 1 < config["lambda_functions"]["redirect"]["lambda_timeout"] < gateway_s


def test_failed_orders_go_back_alone_and_end_in_a_queue() -> None:
    mapping = started("AWS::Lambda::EventSourceMapping")["SendSms"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = resources()["SendQueue"]["Properties"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": "SendDeadLetters.Arn"}
    timeout = json.loads(CONFIG.read_text())["lambda_functions"]["send_sms"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize("mapping", [name for name, _ in CONSUMERS])
def test_streams_lose_nothing(mapping: str) -> None:
    properties = resources()[mapping]["Properties"]
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["MaximumRetryAttempts"] > 0
    assert properties["DestinationConfig"]["OnFailure"]


def record(name: str, key: keys.Key) -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}}}


def test_streams_hand_out_what_is_followed_and_nothing_else() -> None:
    (events,), (clicks,) = stream_patterns("OnEventFromStream"), stream_patterns("OnClickFromStream")
    new_event = record("INSERT", keys.event("site", "visitor", "purchase", "id"))
    assert matches(events, new_event) and not matches(clicks, new_event)
    assert matches(clicks, record("MODIFY", keys.link("code")))
    for name, key in [
        ("MODIFY", keys.event("site", "visitor", "purchase", "id")),
        ("REMOVE", keys.event("site", "visitor", "purchase", "id")),
        ("INSERT", keys.visitor("site", "visitor")),
        ("INSERT", keys.link("code")),
        ("MODIFY", keys.message("msg")),
    ]:
        assert not matches(events, record(name, key)) and not matches(clicks, record(name, key))


def test_ledgers_and_contacts_are_followed_and_removals_logged_beside_the_table() -> None:
    patterns = stream_patterns("OnPersonFromStream")
    for name, key, followed in [
        ("INSERT", keys.ledger("person"), True),
        ("MODIFY", keys.ledger("person"), True),
        ("REMOVE", keys.contact("base", "person"), True),
        ("MODIFY", keys.contact("base", "person"), True),
        ("INSERT", keys.bought("base", "person", "site", "order"), True),
        ("INSERT", keys.member_of("base", "person", "segment"), False),
        ("INSERT", keys.message_of("base", "person", "message"), False),
        ("REMOVE", keys.enrolment("base", "person", "cart", "site"), False),
        ("REMOVE", keys.identifier("base", "hmac"), False),
    ]:
        assert any(matches(pattern, record(name, key)) for pattern in patterns) is followed
    log = resources()["OppositionLog"]
    assert (log["DeletionPolicy"], log["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert log["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(log["Properties"]["PublicAccessBlockConfiguration"].values())
    assert log["Properties"]["BucketEncryption"]


def test_who_logs_oppositions_may_not_read_or_delete_them() -> None:
    actions = [action for each in policy_files()["policy-on-person.json"]["Statement"] for action in each["Action"]]
    assert [action for action in actions if action.startswith("s3:")] == ["s3:PutObject"]


def test_uploaded_files_are_private_and_gone_within_a_day() -> None:
    bucket = resources()["ImportFiles"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values()) and bucket["BucketEncryption"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)


def test_an_import_that_fails_ends_in_a_queue_and_is_not_handed_out_while_it_runs() -> None:
    queue = resources()["ImportQueue"]["Properties"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": "ImportDeadLetters.Arn"}
    timeout = json.loads(CONFIG.read_text())["lambda_functions"]["import_file"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] > timeout
    assert started("AWS::Lambda::EventSourceMapping")["ImportFile"]["FunctionResponseTypes"] == [
        "ReportBatchItemFailures"
    ]


def test_a_notice_that_fails_ends_in_a_queue_and_holds_up_no_other() -> None:
    queue = resources()["NoticeQueue"]["Properties"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": "NoticeDeadLetters.Arn"}
    timeout = json.loads(CONFIG.read_text())["lambda_functions"]["tell"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert timeout * SECOND < attempts.LEASE
    mapping = started("AWS::Lambda::EventSourceMapping")["Tell"]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])


def test_the_table_is_kept_whatever_happens_to_the_stack() -> None:
    table = resources()["AppTable"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    indexes = {index["IndexName"] for index in table_request("any")["GlobalSecondaryIndexes"]}
    assert indexes == {keys.DUE_INDEX, keys.LISTED_INDEX}


def test_what_was_lost_is_kept_for_two_weeks() -> None:
    for name in ("SendDeadLetters", "ImportDeadLetters", "NoticeDeadLetters", "LostRecords"):
        assert resources()[name]["Properties"]["MessageRetentionPeriod"] == 14 * DAY // 1_000


def test_every_function_has_a_policy_of_its_own() -> None:
    assert set(configured()) == functions() | {"api_handler"}
    files = list(configured().values())
    assert len(set(files)) == len(files)
    assert set(files) == set(policy_files())


def test_every_function_uses_its_own_policy() -> None:
    config = json.loads(CONFIG.read_text())
    assert config["autogen_policy"] is False
    assert all(settings["autogen_policy"] is False for settings in config["lambda_functions"].values())


@pytest.mark.parametrize("name", sorted(policy_files()))
def test_no_policy_allows_everything_of_anything(name: str) -> None:
    assert list(wildcards(policy_files()[name])) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"Action": "*", "Resource": "arn"}, 1),
        ({"Action": ["dynamodb:*"], "Resource": "arn"}, 1),
        ({"Action": ["dynamodb:GetItem"], "Resource": ["*"]}, 1),
        ({"NotAction": "iam:PassRole", "Resource": "*"}, 2),
        ({"Action": ["dynamodb:GetItem"], "Resource": "arn"}, 0),
    ],
)
def test_the_search_finds_what_it_looks_for(statement: dict[str, object], found: int) -> None:
    assert len(list(wildcards({"Statement": [statement]}))) == found


@pytest.mark.parametrize("name", ["policy-collect.json", "policy-redirect.json"])
def test_who_faces_visitors_can_decrypt_nothing(name: str) -> None:
    assert "keys/private" not in json.dumps(policy_files()[name])
