"""One spelling for each e-mail, phone and customer id, so that it has one hash wherever it is written.

The rules are those of the advertising platforms: an e-mail trimmed and in lower case, a phone in E.164, SHA-256 in
lower-case hex. The snippet has the same rules (web/static/t.js); tests/vectors/identifiers.json holds both to them.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException

# What the snippet's language takes for white space, spelt out: Python's own idea of it differs by a few.
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_AROUND = re.compile(f"^[{_SPACE}]+|[{_SPACE}]+$")
_EMAIL = re.compile(f"[^@{_SPACE}\x00-\x1f\x85]+@[^@{_SPACE}\x00-\x1f\x85]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SEPARATORS = re.compile(r"[\s./\u2010-\u2015\u2212-]")
_WRITTEN = re.compile(r"\+?[0-9]{6,20}")


def email(text: str) -> str | None:
    """An e-mail as it is hashed, or None where the text is none.

    Dots and "+tags" stay, Gmail's too: two people of one domain may differ by them.
    """
    lowered = _AROUND.sub("", unicodedata.normalize("NFC", text)).lower()
    return lowered if _EMAIL.fullmatch(lowered) else None


def phone(text: str, country: str) -> str | None:
    """A phone in E.164, or None where the text is none. `country` is that of numbers without a prefix."""
    try:
        number = phonenumbers.parse(written(text) or "", country)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def written(text: str) -> str | None:
    """The digits of a phone with its `+`, as somebody wrote them; None where other things are written.

    Two numbers, an extension or a word beside the number leave open which phone is meant.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).strip())
    bare = _SEPARATORS.sub("", re.sub(r"^tel:", "", plain, flags=re.IGNORECASE))
    if re.match(r"\(?(\+|00)", bare):
        bare = bare.replace("(0)", "", 1)  # "+33 (0)6…": what is dialled at home only
    number = re.sub(r"^00", "+", re.sub(r"[()]", "", bare))
    return number if _WRITTEN.fullmatch(number) else None


def customer(text: str) -> str:
    """A customer id as it is hashed: the advertiser's own, in a name space apart."""
    return f"customer:{text}"
