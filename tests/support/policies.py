"""The functions' IAM policies: what each may do, and on what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.support.template import ROOT

CONFIG = ROOT / ".chalice" / "config.json"


def policy_files() -> dict[str, dict[str, Any]]:
    """Every policy, by its file's name."""
    return {path.name: json.loads(path.read_text()) for path in sorted(CONFIG.parent.glob("policy-*.json"))}


def wildcards(policy: dict[str, Any]) -> Iterator[str]:
    """Actions of every kind (`*`, `dynamodb:*`) and resources that are not narrowed down."""
    for statement in policy["Statement"]:
        actions, resources = _listed(statement.get("Action", [])), _listed(statement.get("Resource", []))
        yield from (f"action {action}" for action in actions if action == "*" or action.endswith(":*"))
        yield from (f"resource {resource}" for resource in resources if resource == "*")
        yield from (f"{name} in an Allow statement" for name in ("NotAction", "NotResource") if name in statement)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def configured() -> dict[str, str]:
    """Function to the policy file that .chalice/config.json gives it."""
    config = json.loads(CONFIG.read_text())
    return {name: settings["iam_policy_file"] for name, settings in config["lambda_functions"].items()}
