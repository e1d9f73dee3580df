"""Who is in a base, shard by shard: what goes through all of a base's contacts reads it, and never the table.

The stream's consumer writes it for each new contact, and who removes a contact takes it off in the same transaction
(storage/base_sizes.py). A base that was there before has it from an operator's job (`relance segments roster`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.table import Delete, Put, Table


class Rosters:
    """People by base, in the order of their names within a shard."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, people: Iterable[tuple[str, str]]) -> None:
        """Put up to 100 contacts, as (base, person), on their rosters. Raises StorageUnavailable: say it again.

        Who is gone already stays off: the news of a contact may come after its erasure.
        """
        there = self._table.get_many(keys.contact(*each) for each in people)
        puts = [
            Put(keys.on_roster(item["base"], item["person"]), {"type": "roster", "v": 1}) for item in there.values()
        ]
        if self._table.put_many(puts):
            raise StorageUnavailable("a roster was not completed")

    def remove(self, base: str, person: str) -> None:
        """Take somebody off who is not in the base."""
        self._table.delete(Delete(keys.on_roster(base, person)))

    def page(self, base: str, shard: int, after: str, limit: int) -> list[str]:
        """The next people of a shard, behind `after`; none at its end."""
        return [str(item["sk"]) for item in self._table.query(keys.roster(base, shard), after=after, limit=limit)]

    def scanned(self, base: str, segment: int, segments: int) -> Iterator[str]:
        """The people of a base by a scan of one of `segments` parts of the table: an operator's job."""
        partition = keys.contact_partition(base, "")
        for item in self._table.scan(segment, segments, partition):
            if item["sk"] == "CONTACT":
                yield str(item["person"])
