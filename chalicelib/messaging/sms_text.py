"""How many SMS a text takes, why, and how it would take fewer. Pure, and cheap to import.

A text goes in the default alphabet of GSM 03.38 (3GPP TS 23.038, §6.2.1) where each of its characters is in it, else in
UCS-2. A part holds 140 bytes, of which six go to the header that joins several parts (3GPP TS 23.040, §9.2.3.24.1):
160 septets or 70 code units alone, 153 or 67 each of several. National shift tables are not assumed: not every network
and handset has them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Written with an escape before it: two septets, which a part's end never separates."""
_GSM = _BASIC | _EXTENSION
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units of a part that is alone, and of one among several."""

_GUILLEMETS = re.compile("[«‹] ?| ?[»›]")
_BELONGS_TO_WHAT_PRECEDES = frozenset({"Mn", "Me", "Cf", "Cc"})
"""Unicode's categories of marks, joiners and controls."""
_NUMERO = re.compile(r"(?<=\b[Nn])°")
_SAID_OTHERWISE = str.maketrans(
    dict.fromkeys("‘’‚‛′‵ʼʹ`´＇", "'")
    | dict.fromkeys("“”„‟″‶〝〞", '"')
    | dict.fromkeys("‐‑‒–—―−⁃•‣", "-")
    | dict.fromkeys(
        "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("\v\u0085\u2028\u2029", "\n")
    | dict.fromkeys(
        "\u00ad\u034f\u180e\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
    )
    | {
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "ẞ": "ß",
    }
    | {
        "·": ".",
        "∙": ".",
        "⋅": ".",
        "×": "x",
        "÷": "/",
        "⁄": "/",
        "∕": "/",
        "¦": "|",
        "≤": "<=",
        "≥": ">=",
        "→": "->",
        "←": "<-",
    }
    | {"©": "(c)", "®": "(R)", "¢": "c", "µ": "u", "μ": "u"}
    # Greek capitals that the default alphabet writes with the Latin letter of the same shape.
    | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
)


@dataclass(frozen=True, slots=True)
class Count:
    """What a text costs in SMS."""

    encoding: Encoding
    units: int
    """Septets in GSM-7, UTF-16 code units in UCS-2."""
    parts: int
    """SMS that leave, each of them paid. An empty text is one, as an empty SMS is."""
    culprits: tuple[str, ...]
    """The characters that force UCS-2, each once, in the order in which they come."""
    safe: str
    """The text as `gsm_safe` writes it."""


def count(text: str) -> Count:
    """What `text` costs in SMS, to the unit."""
    culprits = tuple(dict.fromkeys(character for character in text if character not in _GSM))
    encoding: Encoding = "UCS-2" if culprits else "GSM-7"
    units = sum(_units(text, encoding))
    return Count(encoding, units, len(cut(text)), culprits, gsm_safe(text) if culprits else text)


def cut(text: str) -> tuple[str, ...]:
    """What each SMS of `text` holds. A character of two units stays whole, so a part may have a unit to spare."""
    encoding: Encoding = "GSM-7" if _GSM.issuperset(text) else "UCS-2"
    alone, joined = _ROOM[encoding]
    widths = _units(text, encoding)
    if sum(widths) <= alone:
        return (text,)
    parts, start, used = [], 0, 0
    for position, width in enumerate(widths):
        if used + width > joined:
            parts.append(text[start:position])
            start, used = position, 0
        used += width
    return (*parts, text[start:])


def gsm_safe(text: str) -> str:
    """The text in the characters of GSM-7, as near as can be: `ê` as `e`, `’` as `'`, `œ` as `oe`, `€` as it is.

    What has no such spelling, an emoji or another script, stays as it is with the marks and joiners that belong to it.
    """
    text = unicodedata.normalize("NFC", text).translate(_SAID_OTHERWISE)
    text = unicodedata.normalize("NFC", _NUMERO.sub("o", _GUILLEMETS.sub('"', text)))
    written: list[str] = []
    for character in text:
        if character in _GSM:
            written.append(character)
        elif unicodedata.category(character) not in _BELONGS_TO_WHAT_PRECEDES:
            written.append(_plain(character, after=written[-1] if written else ""))
        elif written and written[-1] not in _GSM:
            written.append(character)
    return "".join(written)


def _plain(character: str, after: str) -> str:
    """The character without its accents and ligatures, where GSM-7 has what is left; else as it is.

    `10²` must not become 102, nor `1½` eleven halves.
    """
    letters = (letter for letter in unicodedata.normalize("NFKD", character) if not unicodedata.combining(letter))
    plain = "".join(letters).translate(_SAID_OTHERWISE)
    if not plain.strip() or not _GSM.issuperset(plain) or (after.isdigit() and plain[0].isdigit()):
        return character
    return plain


def _units(text: str, encoding: Encoding) -> list[int]:
    if encoding == "GSM-7":
        return [2 if character in _EXTENSION else 1 for character in text]
    return [2 if character > "\uffff" else 1 for character in text]
