"""Who has asked for something or agreed to it: whose key it was, and whether the reader's."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.reading import everything


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody, by the name of a key."""

    name: str
    is_reader: bool


def signer(desk: Desk, key: str | None) -> Signer | None:
    """Whose a key is, told by its fingerprint; None where there is none."""
    if not key:
        return None
    names = {one["id"]: one.get("name") for one in everything(desk, "keys", "keys")}
    mine = desk.api("GET", "/v1/keys/self")
    return Signer(names.get(key) or key, mine.ok and mine.body["id"] == key)
