"""Plain Python values to and from DynamoDB's attribute values.

Integers only, as the project's conventions say (money in micro-units, time in milliseconds): a float is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Value = Any
Item = dict[str, Value]


def encode(value: Value) -> dict[str, Any]:
    """One value as an attribute value; TypeError where DynamoDB would have to guess."""
    return _ENCODERS[type(value)](value)


def encode_item(item: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """A mapping as an item; attributes that are None are left out."""
    # An import encodes sixty values for each row, most of them strings: those take no call.
    return {
        name: {"S": value} if type(value) is str else _ENCODERS[type(value)](value)
        for name, value in item.items()
        if value is not None
    }


class _Encoders(dict[type, Callable[[Any], dict[str, Any]]]):
    """By type; one that is met for the first time is encoded as the usual one that it behaves as."""

    def __missing__(self, kind: type) -> Callable[[Any], dict[str, Any]]:
        for behaves, usual in ((str, str), (Mapping, dict), (Sequence, list)):
            if issubclass(kind, behaves):
                self[kind] = self[usual]
                return self[usual]
        raise TypeError(f"{kind.__name__} is not stored")


_ENCODERS = _Encoders(
    {
        str: lambda value: {"S": str(value)},
        int: lambda value: {"N": str(value)},
        bool: lambda value: {"BOOL": value},
        type(None): lambda _: {"NULL": True},
        bytes: lambda value: {"B": value},
        dict: lambda value: {"M": encode_item(value)},
        list: lambda value: {"L": [encode(element) for element in value]},
    }
)


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
