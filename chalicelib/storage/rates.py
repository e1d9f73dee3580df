"""How many SMS go through one gate in a second, whatever the number of workers: leased in blocks, never passed."""

from __future__ import annotations

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Table, Update

_KEPT_S = 3_600


class Rates:
    """One item for each gate and second. What is leased and not used is lost: rather too few than too many."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lease(self, gate: str, now: int, block: int, limit: int) -> bool:
        """Take `block` of what `limit` leaves of this second. False where it leaves less."""
        second = now // SECOND
        try:
            self._table.update(
                Update(
                    keys.rate(gate, second),
                    "SET #type = :type, #v = :v, #ttl = :ttl ADD #leased :block",
                    {"type": "rate", "v": 1, "ttl": second + _KEPT_S, "block": block, "room": limit - block},
                    condition="attribute_not_exists(#leased) OR #leased <= :room",
                )
            )
        except ConditionFailed:
            return False
        return True
