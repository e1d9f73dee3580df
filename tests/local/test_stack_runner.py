"""The runners that other tests stand on: the local stack, with a small application, and DynamoDB Local."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient

from cli.artifact import DeployFailed
from cli.stack import LocalStack, PortTaken

from .dynamodb_local import DynamoDBLocal, Unavailable

APP = """
import os
from chalice import Chalice
app = Chalice(app_name="runner")

@app.route("/origin")
def origin():
    return {"origin": os.environ["ORIGIN"]}
"""
CONFIG = {
    "version": "2.0",
    "app_name": "runner",
    "manage_iam_role": False,
    "iam_role_arn": "arn:aws:iam::000000000000:role/runner",
    "stages": {
        "local": {
            "api_gateway_stage": "local",
            "api_gateway_endpoint_type": "REGIONAL",
            "api_gateway_custom_domain": {
                "domain_name": "127.0.0.1",
                "certificate_arn": "arn:aws:acm:eu-west-3:000000000000:certificate/runner",
            },
        }
    },
}
TEMPLATE = """
Parameters: {Origin: {Type: String}}
Globals: {Function: {Environment: {Variables: {ORIGIN: !Ref Origin}}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a few lines, laid out as this one."""
    root = tmp_path / "project"
    for directory in (".chalice", "infra"):
        (root / directory).mkdir(parents=True)
    (root / "app.py").write_text(APP)
    (root / "requirements.txt").touch()
    (root / ".chalice" / "config.json").write_text(json.dumps(CONFIG))
    (root / "infra" / "resources.yaml").write_text(TEMPLATE)
    return root


@pytest.fixture
def stack(project: Path, tmp_path: Path) -> LocalStack:
    return LocalStack("local", free_port(), tmp_path / "stack", persist=True, auth=False, root=project)


@pytest.fixture(scope="module")
def database() -> Iterator[DynamoDBLocal]:
    with DynamoDBLocal() as running:
        yield running


def test_a_taken_port_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stack = LocalStack("local", port, tmp_path, persist=False, auth=False)
        with pytest.raises(PortTaken, match=f"port {port} .* is taken: .* choose another port"):
            stack.start()


def test_what_is_deployed_serves_and_is_deployed_once(stack: LocalStack, project: Path) -> None:
    with stack:
        assert stack.deploy()
        assert served_origin(stack) == stack.origin
        assert "EndpointURL" in stack.outputs()
        assert not stack.deploy()
    assert not listens(stack.port)

    with stack:
        assert not stack.deploy(), "the deployed stack came back with the kept state"
        assert served_origin(stack) == stack.origin
        (project / "app.py").write_text(APP.replace('["ORIGIN"]', '["ORIGIN"] + "/changed"'))
        assert stack.deploy()
        assert served_origin(stack) == f"{stack.origin}/changed"


def test_a_failed_deployment_says_why(stack: LocalStack, project: Path) -> None:
    (project / "infra" / "resources.yaml").write_text(
        TEMPLATE + "Resources: {Broken: {Type: 'AWS::SQS::Queue', Properties: {RedrivePolicy: {}}}}"
    )
    with stack, pytest.raises(DeployFailed, match="Broken: "):
        stack.deploy()


def test_dynamodb_local_listens_on_the_loopback_address_alone(database: DynamoDBLocal) -> None:
    port = int(database.endpoint_url.rpartition(":")[2])
    assert listening_addresses(port) == ["0100007F"]


def test_dynamodb_local_holds_conditions(database: DynamoDBLocal) -> None:
    dynamodb: DynamoDBClient = boto3.client(
        "dynamodb",
        endpoint_url=database.endpoint_url,
        region_name="eu-west-3",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    dynamodb.create_table(
        TableName="conditions",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )

    def put_new() -> None:
        dynamodb.put_item(
            TableName="conditions", Item={"pk": {"S": "one"}}, ConditionExpression="attribute_not_exists(pk)"
        )

    put_new()
    with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
        put_new()


def test_dynamodb_local_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"needs `(java|npm)`, which is not installed: install .*"):
        DynamoDBLocal().start()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listening_addresses(port: int) -> list[str]:
    """The addresses, IPv4 and IPv6, on which this machine listens at a port, as Linux writes them in hex."""
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    listening = "0A"
    return [
        address.partition(":")[0]
        for _, address, _, state, *_ in rows
        if state == listening and address.endswith(f":{port:04X}")
    ]


def served_origin(stack: LocalStack) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", "/origin", headers={"Accept": "application/json"})
    origin: str = json.load(connection.getresponse())["origin"]
    return origin
