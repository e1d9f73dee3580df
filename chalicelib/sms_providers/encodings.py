"""The bytes of a call as the text that they are: in whichever encoding a gateway writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, unquote_to_bytes

Coding = Literal["plain", "ucs2_hex", "latin1_hex", "utf8_hex", "percent"]
"""How a text is written inside its field: as it is, or its bytes in hex (UCS-2 is big-endian), or percent-encoded."""
_CHARSET = re.compile(r"charset=\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_BY_HEX: Mapping[str, str] = {"ucs2_hex": "utf-16-be", "latin1_hex": "cp1252", "utf8_hex": "utf-8"}


def form_fields(body: bytes, content_type: str = "") -> dict[str, str]:
    """The fields of a form post: in the charset that it names, else in UTF-8, else as Windows writes the West.

    A field is decoded by itself, so that one in another encoding spoils no other.
    """
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    charset = named_charset(content_type)
    return {_again(name, charset): _again(value, charset) for name, value in pairs}


def named_charset(content_type: str) -> str | None:
    """The charset that a content type names, where it is one that Python knows."""
    found = _CHARSET.search(content_type)
    if not found:
        return None
    try:
        "".encode(found[1])
    except LookupError:
        return None
    return found[1]


def body_text(body: bytes, content_type: str = "") -> str:
    """A whole body as text, by the same rule."""
    return _decoded(body, named_charset(content_type))


def decoded_text(text: str, coding: str) -> str:
    """A text out of its field. What is not written as it is said to be stays as it came: it may be a STOP."""
    if coding == "percent":
        return _decoded(unquote_to_bytes(text.replace("+", " ")), None)
    encoding = _BY_HEX.get(coding)
    if encoding is None or not text or not _HEX.fullmatch(text):
        return text
    try:
        return bytes.fromhex(text).decode(encoding)
    except UnicodeDecodeError:
        return text


def _again(text: str, charset: str | None) -> str:
    """A field that was read byte by byte."""
    return _decoded(text.encode("latin-1"), charset)


def _decoded(raw: bytes, charset: str | None) -> str:
    for encoding in (charset, "utf-8", "cp1252"):
        if encoding:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return raw.decode("latin-1")
