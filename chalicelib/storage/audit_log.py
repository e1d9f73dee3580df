"""The audit log: every change that was asked for by a key, before it was made and with what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Put, Table, Update

RETENTION = 365 * DAY
"""Of entries: CNIL's deliberation 2021-122 asks for six months to a year."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or one look at a person."""

    id: str
    at: int
    scope: str
    """The advertiser whose things it was about, or OPERATOR."""
    key: str
    """The key's id."""
    role: str
    method: str
    route: str
    """The route's resource path."""
    status: int | None = None
    """What it was answered; None where the worker died over it: it may have happened."""
    sealed: bytes | None = None
    """JSON: where (`target`), what was asked (`asked`), what there was before and after."""


class AuditLog:
    """Storage of entries, in the order of time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, entry: Entry) -> None:
        """Write down what is about to be done. Raises StorageUnavailable: then it must not be done."""
        item = {"type": "audit", "v": 1, "ttl": (entry.at + RETENTION) // SECOND} | asdict(entry)
        self._table.put(Put(keys.audit(entry.scope, entry.at, entry.id), item))

    def settle(self, entry: Entry, status: int, sealed: bytes) -> None:
        """Write down what came of it."""
        values = {"status": status, "sealed": sealed}
        self._table.update(
            Update(keys.audit(entry.scope, entry.at, entry.id), "SET #status = :status, #sealed = :sealed", values)
        )

    def read(self, scope: str, before: str, limit: int) -> tuple[tuple[Entry, ...], str | None]:
        """A page of a scope's entries, the newest first, and where the next page begins; None after the last."""
        partition = keys.audit_partition(scope)
        found = list(self._table.query(partition, newest_first=True, limit=limit + 1, after=before))
        page = found[:limit]
        return tuple(_entries(page)), str(page[-1]["sk"]) if len(found) > limit else None


def _entries(items: Iterable[Item]) -> Iterable[Entry]:
    for item in items:
        yield Entry(**{name: item[name] for name in Entry.__slots__ if name in item})
