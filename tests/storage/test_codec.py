"""Plain values to DynamoDB's and back."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.codec import decode, decode_item, encode, encode_item

scalars = st.text() | st.booleans() | st.integers(-(10**38) + 1, 10**38 - 1) | st.none() | st.binary()
names = st.text(min_size=1, max_size=10)


def without_none(value: Any) -> Any:
    """What is not there in an item is not there when it comes back."""
    if isinstance(value, dict):
        return {name: without_none(inner) for name, inner in value.items() if inner is not None}
    return [without_none(inner) for inner in value] if isinstance(value, list) else value


values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=15
)


@given(value=values)
def test_what_is_stored_comes_back(value: Any) -> None:
    assert decode(encode(value)) == without_none(value)


@given(item=st.dictionaries(names, values, max_size=5))
def test_an_item_comes_back_without_what_is_not_there(item: dict[str, Any]) -> None:
    assert decode_item(encode_item(item)) == without_none(item)


@given(value=values)
def test_it_is_what_amazons_own_library_reads(value: Any) -> None:
    attribute: Any = encode(value)
    read = TypeDeserializer().deserialize(attribute)
    assert read == without_none(value)


def test_a_truth_is_no_number() -> None:
    assert encode(True) == {"BOOL": True}  # noqa: FBT003 - the value is the point
    assert encode(1) == {"N": "1"}


def test_a_tuple_comes_back_as_a_list() -> None:
    assert decode(encode(("a", 1))) == ["a", 1]


@pytest.mark.parametrize("value", [1.5, float("nan"), {1, 2}, object(), 1j])
def test_what_would_have_to_be_guessed_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)
