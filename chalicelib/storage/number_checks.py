"""What number checks found, beside each contact; and the contacts of a base that are to be checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.advertisers import digest
from chalicelib.storage.contacts import RETENTION, Contact, from_item
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update, Write


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found of a contact's number, and when."""

    status: str
    network: str | None
    by: str
    """The provider that was asked."""
    at: int


class NumberChecks:
    """Results, and the flag on the contact that a send looks at."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, base: str, before: int) -> Iterator[Contact]:
        """The contacts of a base whose number was not checked since `before`: a scan, for the operator."""
        for item in self._table.scan(0, 1, keys.contact_partition(base, "")):
            if item.get("type") == "contact" and item.get("checked_at", 0) < before:
                yield from_item(item)

    def expect(self, reference: str, base: str, until: int) -> None:
        """Take answers for a base that come with a reference, until then. Only the reference's hash is kept."""
        item = {"type": "number_checks", "v": 1, "base": base, "until": until, "ttl": until // SECOND}
        self._table.put(Put(keys.number_checks(digest(reference)), item))

    def expected_in(self, reference: str, now: int) -> str | None:
        """The base that answers with this reference are for; None for a reference that is none, or not any more."""
        item = self._table.get(keys.number_checks(digest(reference)))
        return str(item["base"]) if item and now < item["until"] else None

    def get(self, base: str, person: str) -> Checked | None:
        """The last result, or None."""
        item = self._table.get(keys.number_check(base, person))
        return Checked(item["status"], item.get("network"), item["by"], item["at"]) if item else None

    def save(self, base: str, person: str, checked: Checked) -> None:
        """Keep a result. An invalid number leaves the sendable base, one that was found comes back to it.

        Nothing is kept where the contact has gone, or was checked later.
        """
        with suppress(TransactionRefused, ConditionFailed):
            self._table.transact(checked_now(base, person, checked))


def checked_now(base: str, person: str, checked: Checked) -> list[Write]:
    """The writes of a result: itself, then the contact's flag, on condition that it is there and not checked later."""
    result = {
        "type": "number_check",
        "v": 1,
        "status": checked.status,
        "network": checked.network,
        "by": checked.by,
        "at": checked.at,
        "ttl": (checked.at + RETENTION) // SECOND,
    }
    flag = {
        "invalid": "SET #checked_at = :at, #unreachable_at = :at",
        "reachable": "SET #checked_at = :at REMOVE #unreachable_at",
        "unreachable": "SET #checked_at = :at REMOVE #unreachable_at",  # Off for now: the number exists.
    }.get(checked.status, "SET #checked_at = :at")
    mark = Update(
        keys.contact(base, person),
        flag,
        {"at": checked.at},
        condition="attribute_exists(pk) AND (attribute_not_exists(#checked_at) OR #checked_at <= :at)",
    )
    return [Put(keys.number_check(base, person), result), mark]
