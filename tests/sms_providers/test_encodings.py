"""Texts in every encoding in which a gateway may write them; what is not what it says stays as it came."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.signed_body import signature
from chalicelib.sms_providers.encodings import decoded_text, form_fields
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.http_provider import HttpAccount, HttpProvider
from tests.support.world import NOON

TEXTS = ("STOP", "Arrêtez s'il vous plaît, merci œuvre €", "ARRÊT 🛑 déjà dit", unicodedata.normalize("NFD", "arrêt"))
WESTERN = TEXTS[:2]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("content_type", ["", FORM, f"{FORM}; charset=utf-8", f"{FORM}; charset=none-such"])
def test_a_form_in_utf_8(text: str, content_type: str) -> None:
    body = f"text={quote_from_bytes(text.encode())}&from=1".encode()
    assert form_fields(body, content_type) == {"text": text, "from": "1"}


@pytest.mark.parametrize("text", WESTERN)
@pytest.mark.parametrize("content_type", ["", FORM, f'{FORM}; charset="windows-1252"'])
def test_a_form_as_windows_writes_the_west(text: str, content_type: str) -> None:
    raw = text.encode("cp1252")
    assert form_fields(b"text=" + quote_from_bytes(raw).encode(), content_type)["text"] == text
    assert form_fields(b"text=" + raw.replace(b" ", b"+"), content_type)["text"] == text


def test_each_field_is_decoded_by_itself() -> None:
    body = (
        b"one=" + quote_from_bytes("é".encode()).encode() + b"&other=" + quote_from_bytes("é".encode("cp1252")).encode()
    )
    assert form_fields(body) == {"one": "é", "other": "é"}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("coding", "encoding"), [("ucs2_hex", "utf-16-be"), ("utf8_hex", "utf-8")])
def test_bytes_in_hex(text: str, coding: str, encoding: str) -> None:
    written = text.encode(encoding).hex()
    assert decoded_text(written.upper(), coding) == decoded_text(written, coding) == text


@pytest.mark.parametrize(
    ("written", "coding", "text"),
    [
        ("5354 4F50", "ucs2_hex", "5354 4F50"),
        ("STOP", "ucs2_hex", "STOP"),
        ("00530", "ucs2_hex", "00530"),
        ("D800", "ucs2_hex", "D800"),
        ("", "ucs2_hex", ""),
        ("41727265CC827421", "latin1_hex", "ArreÌ‚t!"),
        ("Arr%C3%AAtez+svp", "percent", "Arrêtez svp"),
        ("Arr%EAtez%20svp", "percent", "Arrêtez svp"),
        ("Arr%C3%AAtez+svp", "plain", "Arr%C3%AAtez+svp"),
    ],
)
def test_what_is_not_what_it_says_stays_as_it_came(written: str, coding: str, text: str) -> None:
    assert decoded_text(written, coding) == text


ACCOUNT: dict[str, Any] = {
    "url": "https://gateway.example/",
    "body": {"to": "$to"},
    "response_id": "id",
    "secret": "w0rd",
    "text": {name: name for name in ("id", "from", "to", "text", "at", "reference", "part", "parts", "coding")},
    "codings": {"8": "ucs2_hex", "*": "plain"},
}


def call(body: bytes, content_type: str) -> HookCall:
    signed = {"x-relance-signature": signature("w0rd", body, NOON), "content-type": content_type}
    return HookCall("/hooks/http/replies", NOON, body, {}, signed)


def test_a_gateways_form_with_a_part_of_a_text() -> None:
    hooks = HttpProvider(lambda: HttpAccount(**ACCOUNT))
    body = b"id=9&from=33639980001&to=36123&text=0053%00540&coding=8&reference=77&part=2&parts=3&at=1772445000"
    body = body.replace(b"0053%00540", "STOP".encode("utf-16-be").hex().encode())
    (text,) = hooks.texts(call(body, FORM))
    assert (text.phone, text.text, text.at) == ("+33639980001", "STOP", 1_772_445_000_000)
    assert (text.reference, text.part, text.parts) == ("77", 2, 3)


@pytest.mark.parametrize("told", [{"part": "x", "parts": -1}, {"part": None}, {"parts": "9" * 40}, {}])
def test_a_part_that_is_none_is_a_text_of_its_own(told: dict[str, Any]) -> None:
    hooks = HttpProvider(lambda: HttpAccount(**ACCOUNT))
    body = json.dumps({"id": 9, "from": "+33639980001", "to": 36123, "text": "Bonjour"} | told)
    (text,) = hooks.texts(call(body.encode("cp1252"), "application/json; charset=windows-1252"))
    assert (text.part, text.parts, text.at) == (1, 1, NOON)


def test_a_coding_that_is_none_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"http\.codings\.8"):
        HttpAccount(**ACCOUNT | {"codings": {"8": "utf-7"}})
