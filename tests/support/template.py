"""infra/resources.yaml as data: tests read what is deployed, and repeat nothing of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "infra" / "resources.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, such as `!GetAtt`."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def resources() -> dict[str, dict[str, Any]]:
    """The template's resources by their logical names."""
    loaded = yaml.load(RESOURCES.read_text(), Loader=_Loader)  # a SafeLoader that knows CloudFormation's tags
    found: dict[str, dict[str, Any]] = loaded["Resources"]
    return found


def table_request(name: str) -> dict[str, Any]:
    """What CreateTable takes to make the template's table."""
    properties = resources()["AppTable"]["Properties"]
    shape = {
        key: properties[key] for key in ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
    }
    stream = {"StreamEnabled": True} | properties["StreamSpecification"]
    return shape | {"TableName": name, "StreamSpecification": stream}


def stream_patterns(mapping: str) -> list[dict[str, Any]]:
    """The filter patterns of an event-source mapping on the table's stream."""
    filters = resources()[mapping]["Properties"]["FilterCriteria"]["Filters"]
    return [json.loads(each["Pattern"]) for each in filters]
