"""Deploying again changes nothing that people rely on."""

from __future__ import annotations

from pathlib import Path

from cli.stack import LocalStack
from tests.e2e.conftest import free_port
from tests.e2e.deployed import Deployed, eventually


def test_a_second_deployment_has_nothing_to_do(deployed: Deployed) -> None:
    assert deployed.stack.deploy() is False


def test_the_deployed_functions_keep_to_their_policies(deployed: Deployed) -> None:
    """The emulator holds each function to its role; so the roles are what they should be."""
    iam = deployed.stage.client("iam")
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"] if deployed.stage.stack in role["RoleName"]]
    assert len(roles) >= 7
    policies = [
        statement
        for role in roles
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    ]
    for statement in policies:
        assert "*" not in statement["Action"], statement
        assert statement["Resource"] != "*", statement
        assert all(":*" not in action and not action.endswith("*") for action in statement["Action"]), statement


def test_a_restart_finds_everything_in_place(tmp_path: Path, phone: str) -> None:
    stack = LocalStack("test", free_port(), tmp_path, persist=True, auth=True)
    with stack:
        stack.deploy()
        before = Deployed(stack)
        shop = before.open_shop()
        shop.opt_in(phone)
        visitor = shop.visitor()
        visitor.fill_cart(phone)
        assert visitor.journey("active")["steps"] == []
        key = before.operator_key
    with stack:
        assert stack.deploy() is False
        after = Deployed(stack)
        after.pass_minutes(46)
        seen = f"/v1/sites/{shop.site}/visitors/{visitor.id}"
        message = eventually(lambda: after.admin("GET", seen, key=key).json["message"])
        assert message["state"] == "sent"
