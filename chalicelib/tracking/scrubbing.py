"""Taking out of text whatever looks like an e-mail or a phone: what pages call a product or an address is stored."""

from __future__ import annotations

import re

# In an address each character may be there in its percent-encoding, once or twice over.
_EMAIL = re.compile(r"(?<![^\s/?&=#:;,])[^\s/?&=#:;,]+(?:@|%(?:25)*40)[^\s/?&=#:;,]+", re.IGNORECASE)
_GAP = r"(?:%(?:25)*2[0BDEF]|[ .+_()–-]){0,3}"
_WIDE_GAP = r"(?:%(?:25)*2[0BDEF]|[ .+_()/–-]){0,3}"
_PHONE = re.compile(
    rf"(?:(?<![\w.])(?:\+|00)|%(?:25)*2B)\d(?:{_WIDE_GAP}\d){{7,14}}(?!\d)"  # +33 6 …, 0033 6 …
    rf"|(?:(?<!\d)|(?<=%20))33{_WIDE_GAP}[67](?:{_WIDE_GAP}\d\d){{4}}(?!\d)"  # 33 6 …: the plus may be lost
    rf"|(?:(?<!\d)|(?<=%20))0[1-9](?:(?:{_GAP}\d\d){{4}}|(?:/\d\d){{4}})(?!\d)",  # 06 …
    re.IGNORECASE,
)


def scrub(text: str) -> str:
    """Text without e-mails, phone numbers and control characters, in single spaces."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(_PHONE.sub("", _EMAIL.sub("", printable)).split())
