"""Whose browser the service's own cookie is in. The cookie itself is nowhere: its keyed hash is."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.events import RETENTION
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused


@dataclass(frozen=True, slots=True)
class Lent:
    """What evidence of one site says of the browser on all of them."""

    person: str
    at: int
    """When that evidence was last seen."""
    consent_at: int
    """When the visitor was first heard to agree to this cookie, as this person."""


class NetworkCookies:
    """Each cookie's person, for as long as a trail is kept after the evidence."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, cookie: str) -> Lent | None:
        """Whom a cookie (its keyed hash) was last held for, or None."""
        item = self._table.get(keys.network(cookie))
        return Lent(item["person"], item["at"], item["consent_at"]) if item else None

    def lend(self, cookie: str, base: str, lent: Lent) -> None:
        """Hold a cookie for a person, with a way back from the contact. Older evidence is no news."""
        ttl = (lent.at + RETENTION) // SECOND
        known = {"type": "network", "v": 1, **asdict(lent), "ttl": ttl}
        reference = {"type": "network_of", "v": 1, "consent_at": lent.consent_at, "ttl": ttl}
        newest = Put(keys.network(cookie), known, "attribute_not_exists(pk) OR #at < :at", {"at": lent.at})
        try:
            self._table.transact([newest, Put(keys.network_of(base, lent.person, cookie), reference)])
        except TransactionRefused as refused:
            if not refused.failed:
                raise

    def consents(self, base: str, person: str) -> list[int]:
        """When a contact was first heard to agree, for each of its cookies."""
        return [
            ref["consent_at"] for ref in self._table.query(keys.contact_partition(base, person), keys.NETWORK_PREFIX)
        ]

    def forget(self, base: str, person: str) -> None:
        """Let the cookies that a contact lent its name to lead nowhere; those that are another's by now stay."""
        for ref in list(self._table.query(keys.contact_partition(base, person), keys.NETWORK_PREFIX, expired=True)):
            key = keys.network(str(ref["sk"]).removeprefix(keys.NETWORK_PREFIX))
            try:
                self._table.delete(Delete(key, "attribute_not_exists(pk) OR #person = :person", {"person": person}))
            except ConditionFailed:
                continue
