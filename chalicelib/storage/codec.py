"""Plain Python values to and from DynamoDB's attribute values.

Integers only, as the project's conventions say (money in micro-units, time in milliseconds): a float is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Value = Any
Item = dict[str, Value]


def encode(value: Value) -> dict[str, Any]:
    """One value as an attribute value; TypeError where DynamoDB would have to guess."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": encode_item(value)}
        case Sequence():
            return {"L": [encode(element) for element in value]}
    raise TypeError(f"{type(value).__name__} is not stored")


def encode_item(item: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """A mapping as an item; attributes that are None are left out."""
    return {name: encode(value) for name, value in item.items() if value is not None}


def decode(attribute: Mapping[str, Any]) -> Value:
    """An attribute value as a plain value."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return decode_item(value)
        case "L":
            return [decode(element) for element in value]
    return value


def decode_item(item: Mapping[str, Any]) -> Item:
    """An item as a plain dict."""
    return {name: decode(value) for name, value in item.items()}
