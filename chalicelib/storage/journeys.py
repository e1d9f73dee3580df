"""An advertiser's journeys: each as it is now, and as it was in each of its versions, which are never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table

State = Literal["draft", "live", "stopped"]
Running = Literal["keep", "migrate"]
"""What becomes of enrolments that run when a new version is saved: they keep theirs, or go on with the new one."""


@dataclass(frozen=True, slots=True)
class StoredJourney:
    """A journey under its id."""

    id: str
    state: State
    version: int
    document: str
    """Its definition (journeys/definition.py), as JSON."""
    running: Running = "keep"
    changed_at: int = 0
    changed_by: str = ""
    begins: int = 0
    """The version that people begin while a newer one waits for its start; 0: the newest."""
    requested_by: str = ""
    """Fingerprint of the key that asks to start it, where a second person has to agree."""
    requested_at: int = 0
    requested: int = 0
    """The rehearsal that this is asked for, by the moment when it was asked for itself."""
    approved_by: str = ""
    approved_at: int = 0
    moves: int = 0
    """Rises with each change: each holds only at the one that it was decided from."""


class Journeys:
    """Reads and writes of journeys."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str, journey: str) -> StoredJourney | None:
        """One journey as it is now, or None."""
        item = self._table.get(keys.journey(advertiser, journey))
        return _journey(item) if item else None

    def all(self, advertiser: str) -> Iterator[StoredJourney]:
        """An advertiser's journeys, by id."""
        for item in self._table.query(keys.advertiser_partition(advertiser), keys.JOURNEY_PREFIX):
            yield _journey(item)

    def version(self, advertiser: str, journey: str, version: int) -> StoredJourney | None:
        """A journey as it was in a version, or None."""
        item = self._table.get(keys.definition(advertiser, journey, version))
        return _journey(item) if item else None

    def versions(self, advertiser: str, journey: str) -> Iterator[StoredJourney]:
        """All that a journey has been, the newest first."""
        prefix = keys.definitions_of(journey)
        for item in self._table.query(keys.advertiser_partition(advertiser), prefix, newest_first=True):
            yield _journey(item)

    def save(self, advertiser: str, journey: StoredJourney, known: StoredJourney | None) -> None:
        """Store a journey as it was read to be, and the version if it is a new one; TransactionRefused if it is not."""
        item = {"type": "journey", "v": 1} | asdict(journey) | {"moves": known.moves + 1 if known else 1}
        condition, values = "attribute_not_exists(pk)", {}
        if known:
            condition = "#moves = :known" if known.moves else "attribute_exists(pk) AND attribute_not_exists(#moves)"
            values = {"known": known.moves} if known.moves else {}
        now = Put(keys.journey(advertiser, journey.id), item, condition, values)
        if known and known.version == journey.version:
            self._table.transact([now])
        else:
            version = keys.definition(advertiser, journey.id, journey.version)
            self._table.transact([now, Put(version, item | {"type": "definition"}, "attribute_not_exists(pk)")])


def _journey(item: Mapping[str, Any]) -> StoredJourney:
    return StoredJourney(**{name: item[name] for name in StoredJourney.__slots__ if name in item})
