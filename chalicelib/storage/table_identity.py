"""Which table may be sent from: the one that the operator has confirmed, and no copy of it (docs/adr/0010).

A table that was restored knows nothing of the oppositions and erasures since. It carries the confirmation of the table
that it was copied from, so it names another one, and nothing is sent until `relance restore replay` has told it.
"""

from __future__ import annotations

from typing import Literal

from chalicelib.aws.calls import Call, CallRefused
from chalicelib.clock import SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Put, Table

Halt = Literal["table_not_confirmed", "table_restored"]
"""Why nothing is sent."""


class TableIdentity:
    """Compares the table with the one that was confirmed; a container that has found them the same asks no more."""

    def __init__(self, call: Call, name: str, table: Table) -> None:
        self._call = call
        self._name = name
        self._table = table
        self._is_confirmed = False

    def halt(self) -> Halt | None:
        """Why nothing may be sent from this table; None where it may. Raises StorageUnavailable."""
        if self._is_confirmed:
            return None
        item = self._table.get(keys.TABLE_IDENTITY)
        if item is None:
            return "table_not_confirmed"
        if item["identity"] != self._identity():
            return "table_restored"
        self._is_confirmed = True
        return None

    def confirm(self) -> None:
        """Allow sending from this table."""
        self._table.put(self._confirmation())

    def confirm_first(self) -> bool:
        """Allow sending from a table that never was confirmed; False where it, or what it is a copy of, was."""
        put = self._confirmation()
        try:
            self._table.put(Put(put.key, put.item, "attribute_not_exists(pk)"))
        except ConditionFailed:
            return False
        return True

    def _confirmation(self) -> Put:
        return Put(keys.TABLE_IDENTITY, {"type": "table", "v": 1, "identity": self._identity()})

    def _identity(self) -> str:
        """A restored table has another name or was made later, whatever else is the same."""
        try:
            table = self._call("DescribeTable", {"TableName": self._name})["Table"]
        except CallRefused as refused:
            raise StorageUnavailable(refused.code) from refused
        return f"{table['TableArn']} {round(table['CreationDateTime'].timestamp() * SECOND)}"
