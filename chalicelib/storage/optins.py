"""Opt-ins that wait for their code. What was filled in is sealed, and gone after a day."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table, Update


@dataclass(frozen=True, slots=True)
class Pending:
    """A form that was sent, and is nothing yet."""

    request: str
    site: str
    sealed: bytes
    verification: str
    at: int
    confirmed: bool = False


class OptIns:
    """Pending opt-ins by the random name of their request."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, pending: Pending) -> None:
        """Keep a form for a day."""
        item = {
            "type": "optin",
            "v": 1,
            "request": pending.request,
            "site": pending.site,
            "sealed": pending.sealed,
            "verification": pending.verification,
            "at": pending.at,
            "confirmed": pending.confirmed,
            "ttl": (pending.at + DAY) // SECOND,
        }
        self._table.put(Put(keys.optin(pending.request), item))

    def get(self, request: str) -> Pending | None:
        """A form that waits, or that was confirmed today; None for any other."""
        item = self._table.get(keys.optin(request))
        return Pending(**{name: item[name] for name in Pending.__slots__}) if item else None

    def resent(self, request: str, verification: str) -> None:
        """Another code was sent for it."""
        self._table.update(
            Update(
                keys.optin(request),
                "SET #verification = :verification",
                {"verification": verification},
                condition="attribute_exists(pk)",
            )
        )

    def confirm(self, request: str) -> None:
        """Its code was given."""
        self._table.update(
            Update(keys.optin(request), "SET #confirmed = :yes", {"yes": True}, condition="attribute_exists(pk)")
        )
