"""Keeping e-mails and phones out of what is stored of a page: product names lose them, addresses the parameters.

Nobody can know every spelling. What people and their browsers really write is recognised: in any width, with any
separators, percent-encoded once or twice.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_plus

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


# What is left of a French mobile number when all that is no digit is taken away.
_MOBILE_DIGITS = re.compile(r"(?:0|(?:00)?33\(?0?)[67]\d{8}")
_AT = re.compile(r"@|\(at\)|\[at\]|&#64;|&commat;", re.IGNORECASE)


def names_somebody(text: str) -> bool:
    """Whether a piece of an address, such as a parameter's value, is or holds an e-mail or a phone."""
    plain = unicodedata.normalize("NFKC", unquote_plus(unquote_plus(text)))
    if _AT.search(plain) or _PHONE.search(plain):
        return True
    digits = "".join(str(unicodedata.digit(c)) for c in plain if c.isdigit())
    letters = sum(c.isalpha() for c in plain)
    return not letters and _MOBILE_DIGITS.fullmatch(digits) is not None


def scrub(text: str) -> str:
    """Text without e-mails, phone numbers and control characters, in single spaces."""
    text = unicodedata.normalize("NFKC", text)
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(_PHONE.sub("", _EMAIL.sub("", printable)).split())
