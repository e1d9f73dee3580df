"""An id from what somebody calls a thing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

LONGEST = 40


def slug(name: str) -> str:
    """`Panier – rappel n° 2` is `panier-rappel-n-2`. Empty where nothing of a name can be kept."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")


def free(name: str, taken: Container[str], otherwise: str) -> str:
    """One that begins with a letter and that nothing has yet."""
    wanted = slug(name) or otherwise
    wanted = wanted if wanted[0].isalpha() else f"{otherwise}-{wanted}"[:LONGEST]
    numbered = (f"{wanted[: LONGEST - 4]}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(one for one in numbered if one not in taken)
