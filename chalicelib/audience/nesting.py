"""Moves what outlives a person's erasure under the person's lasting name: an operator's job (docs/adr/0020).

That is the ledger and the proof of an erased person's consents. No phone is needed, and no profile is opened. Each pass
finds what is left to do by looking, so it can be stopped anywhere and run again.
"""

from __future__ import annotations

from chalicelib.audience.rekey import Passed
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.ledger_places import LedgerPlaces
from chalicelib.storage.table import Delete, Put, Table
from chalicelib.vault import Vault


class Nesting:
    """Passes over one segment out of `segments`."""

    def __init__(self, table: Table, places: LedgerPlaces, vault: Vault) -> None:
        self._table = table
        self._places = places
        self._vault = vault

    def move(self, segment: int = 0, segments: int = 1, *, clears: bool = False) -> Passed:
        """Move everything that stands under a name of before.

        With `clears` nothing stays under such a name, the marks of what was moved included: for when no container looks
        there any more. Raises StorageUnavailable.
        """
        passed = Passed()
        for item in self._table.scan(segment, segments, keys.PERSON_PREFIX):
            if item["type"] == "ledger":
                passed += Passed(1, self._move_ledger(item, clears=clears))
        for item in self._table.scan(segment, segments, keys.PROOF_PREFIX):
            passed += Passed(1, self._move_proof(item))
        return passed

    def _move_ledger(self, item: Item, *, clears: bool) -> int:
        former = item["person"]
        lasting = self._vault.lasting(former)
        if lasting == former:
            return 0
        moved = "moved" not in item and self._places.move(former, lasting)
        if clears:
            self._table.delete(Delete((item["pk"], item["sk"]), "attribute_exists(#moved)"))
        return int(moved or clears)

    def _move_proof(self, item: Item) -> int:
        former = item["pk"].removeprefix(keys.PROOF_PREFIX)
        lasting = self._vault.lasting(former)
        if lasting == former:
            return 0
        base, _, chain = item["sk"].rpartition("#")
        kept = {name: value for name, value in item.items() if name not in ("pk", "sk")}
        self._table.transact([Put(keys.proof(lasting, base, chain), kept), Delete((item["pk"], item["sk"]))])
        return 1
