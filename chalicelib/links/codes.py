"""Codes of personal links: a random number in hashids' alphabet, so that none can be guessed or walked.

50 random bits: with 10⁹ live links a random guess hits one in about a million. docs/adr/0005.
"""

from __future__ import annotations

import re
import secrets

from hashids import Hashids

# Without 0 O o 1 I l, which people confuse; without the remaining vowels, so that no word appears.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyzBCDFGHJKMNPQRSTVWXYZ"
_BITS = 50
CODE = re.compile(r"[0-9A-Za-z]{6,16}")
"""What a code looks like: anything else is unknown without asking the table."""


class Codes:
    """Makes codes under the stage's salt."""

    def __init__(self, salt: str) -> None:
        self._hashids = Hashids(salt=salt, alphabet=_ALPHABET)

    def new(self) -> str:
        """A code that nobody has had yet, but for one chance in a million: the link's write makes sure."""
        return str(self._hashids.encode(secrets.randbits(_BITS)))
