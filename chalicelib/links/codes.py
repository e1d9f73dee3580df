"""Codes of links. A personal one is a random number in hashids' alphabet, so that none can be guessed or walked.

1.1 × 10¹⁵ numbers: with 10⁹ live links a random guess hits one with odds of 0.94 in a million. docs/adr/0005 has the
sum. A standalone link is for everybody: its code is only as long as it takes to be free.
"""

from __future__ import annotations

import secrets

from hashids import Hashids

from chalicelib.links.bad_words import spells

# Without 0 O o 1 I l, and 2 5 8 that pass for Z S B, which people confuse; without the remaining vowels.
_ALPHABET = "34679bcdfghjkmnpqrstvwxyzBCDFGHJKMNPQRSTVWXYZ"
_FEWEST, _NUMBERS = 32**8, 32**10
_STANDALONE = 6


class Codes:
    """Makes codes under the stage's salt."""

    def __init__(self, salt: str) -> None:
        self._hashids = Hashids(salt=salt, alphabet=_ALPHABET)

    def new(self) -> str:
        """A personal code: 11 characters, or 10. The link's write makes sure that nobody has it yet."""
        while True:
            code = str(self._hashids.encode(_FEWEST + secrets.randbelow(_NUMBERS - _FEWEST)))
            if not spells(code):
                return code


def new_standalone() -> str:
    """A code for a link that everybody may know: shorter than any personal one."""
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_STANDALONE))
        if not spells(code):
            return code
