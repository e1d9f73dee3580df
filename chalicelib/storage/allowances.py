"""What all workers together may use in a window, of anything: leased in blocks, never passed.

One item for each scope and window. What is leased and not used is lost: rather too little than too much.
"""

from __future__ import annotations

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Table, Update


class Allowances:
    """Leases of what a window allows."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lease(self, scope: str, window: str, block: int, limit: int, ends_at: int) -> bool:
        """Take `block` of what is left of `limit` until `ends_at` (epoch ms). False where less is left."""
        if block > limit:
            return False
        try:
            self._table.update(
                Update(
                    keys.allowance(scope, window),
                    "SET #type = :type, #v = :v, #ttl = :ttl ADD #leased :block",
                    {
                        "type": "allowance",
                        "v": 1,
                        "ttl": (ends_at + DAY) // SECOND,
                        "block": block,
                        "room": limit - block,
                    },
                    condition="attribute_not_exists(#leased) OR #leased <= :room",
                )
            )
        except ConditionFailed:
            return False
        return True
