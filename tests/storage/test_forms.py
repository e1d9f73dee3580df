"""Forms: what is filled in is what would have been written."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.codec import Value
from chalicelib.storage.forms import Form, as_text, of_bytes, of_item, of_text
from chalicelib.storage.writes import Delete, Put, Update, Write

TEXT, NUMBER, RAW, NAME = secrets.token_hex(16), secrets.randbits(120), secrets.token_bytes(24), secrets.token_hex(16)
STAND_INS = {"text": TEXT, "number": NUMBER, "raw": RAW, "item": {NAME: 0}}


def writes(text: str, number: int, raw: bytes, item: dict[str, Value], constant: str) -> list[Write]:
    return [
        Put((f"PK#{constant}#{text}", "SK"), {"text": text, "again": [text], "number": number, "c": constant}),
        Update((text, "SK"), "SET #raw = :raw, #item = :item", {"raw": raw, "item": item}, "#n < :number"),
        Delete(("pk", f"{number}"), "#text = :text", {"text": text}),
    ]


@given(
    text=st.text(),
    number=st.integers(-(10**37), 10**37),
    raw=st.binary(),
    item=st.dictionaries(st.text(), st.text() | st.integers() | st.booleans()),
    constant=st.text(),
)
def test_a_form_that_is_filled_in_is_what_would_have_been_written(
    text: str, number: int, raw: bytes, item: dict[str, Any], constant: str
) -> None:
    form = Form("table", writes(TEXT, NUMBER, RAW, {NAME: 0}, constant), STAND_INS)
    filled = {"text": of_text(text), "number": str(number), "raw": of_bytes(raw), "item": of_item(item)}
    assert form.filled(filled) == as_text("table", writes(text, number, raw, item, constant))


def test_a_hole_that_no_write_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="no write has a hole for absent"):
        Form("table", writes(TEXT, NUMBER, RAW, {NAME: 0}, ""), {**STAND_INS, "absent": "nowhere"})


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(KeyError):
        Form("table", writes(TEXT, NUMBER, RAW, {NAME: 0}, ""), STAND_INS).filled({"text": "x"})
