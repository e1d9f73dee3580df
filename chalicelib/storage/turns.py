"""Turns: one at a time changes a thing that it has read before."""

from __future__ import annotations

from contextlib import suppress

from chalicelib.clock import SECOND
from chalicelib.ids import random_token
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table

LEASE = 30 * SECOND
"""How long a turn lasts at most: as long as a request may take. One whose worker died ends with it."""


class Turns:
    """Storage of who has a turn."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, place: str, now: int) -> str | None:
        """The turn's name; None where somebody has it."""
        turn = random_token()
        item = {"type": "turn", "v": 1, "turn": turn, "lease": now + LEASE, "ttl": (now + 2 * LEASE) // SECOND}
        free = "attribute_not_exists(pk) OR #lease <= :now"
        try:
            self._table.put(Put(keys.turn(place), item, condition=free, values={"now": now}))
        except ConditionFailed:
            return None
        return turn

    def give_back(self, place: str, turn: str) -> None:
        """End a turn, if it is still one's own."""
        with suppress(ConditionFailed):
            self._table.delete(Delete(keys.turn(place), "#turn = :turn", {"turn": turn}))
