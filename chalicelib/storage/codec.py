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
    encoder = _ENCODERS.get(type(value)) or _encoder_of(value)
    return encoder(value)


def encode_item(item: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """A mapping as an item; attributes that are None are left out."""
    return {
        name: (_ENCODERS.get(type(value)) or _encoder_of(value))(value)
        for name, value in item.items()
        if value is not None
    }


def _encoder_of(value: Value) -> _Encoder:
    """That of a value whose type behaves as one of the usual ones."""
    for kind, usual in ((str, str), (Mapping, dict), (Sequence, list)):
        if isinstance(value, kind):
            return _ENCODERS[usual]
    raise TypeError(f"{type(value).__name__} is not stored")


_Encoder = Callable[[Any], dict[str, Any]]
# Looked up by type: an import encodes some sixty values for each row.
_ENCODERS: dict[type, _Encoder] = {
    str: lambda value: {"S": str(value)},
    int: lambda value: {"N": str(value)},
    bool: lambda value: {"BOOL": value},
    type(None): lambda _: {"NULL": True},
    bytes: lambda value: {"B": value},
    dict: lambda value: {"M": encode_item(value)},
    list: lambda value: {"L": [encode(element) for element in value]},
    tuple: lambda value: {"L": [encode(element) for element in value]},
}


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
