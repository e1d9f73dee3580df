"""A log of oppositions and erasures outside of the table: what a restored table has to be told (docs/adr/0010).

One small object for each record, whose key says it all: a replay lists and reads nothing. Writing the same record
again changes nothing. No phone is in it, only the keyed hash of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable
from chalicelib.storage.ledger import Ledger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

Kind = Literal["opposed", "readmitted", "erased"]
_PREFIX = "records/"
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Record:
    """One fact that must outlive the table."""

    at: int
    """Epoch ms."""
    kind: Kind
    person: str
    scope: str
    """An advertiser or EVERYONE; the base of an erasure."""
    how: str = "-"


class OppositionLog:
    """Appends and lists, and renames for the operator. Who appends may neither read nor delete."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def append(self, record: Record) -> None:
        """Keep a record. Raises StorageUnavailable."""
        body = json.dumps(asdict(record)).encode()
        try:
            self._client.put_object(Bucket=self._bucket, Key=_key(record), Body=body, ContentType="application/json")
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(type(error).__name__) from error

    def since(self, at: int = 0) -> Iterator[Record]:
        """Records from a moment on (epoch ms), in the order of time. Raises StorageUnavailable."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=_PREFIX, StartAfter=f"{_PREFIX}{at:013d}"
        )
        try:
            for page in pages:
                for found in page.get("Contents", []):
                    yield _record(found["Key"])
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(type(error).__name__) from error

    def rename(self, lasting: Callable[[str], str]) -> int:
        """Keep every record under its person's lasting name and nowhere else, former versions included.

        Returns how many were renamed; it can be run again. Raises StorageUnavailable.
        """
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=_PREFIX)
        try:
            return sum(self._rename(page, lasting) for page in pages)
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(type(error).__name__) from error

    def _rename(self, page: Mapping[str, Any], lasting: Callable[[str], str]) -> int:
        from concurrent.futures import ThreadPoolExecutor  # Here: whoever appends should not pay for it.

        renamed: dict[Record, Record] = {}
        old: list[ObjectIdentifierTypeDef] = []
        for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            record = _record(version["Key"])
            name = lasting(record.person)
            if name != record.person:
                renamed[record] = replace(record, person=name)
                old.append({"Key": version["Key"], "VersionId": version["VersionId"]})
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self.append, renamed.values()))
        if old:
            left = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": old, "Quiet": True})
            if left.get("Errors"):
                raise StorageUnavailable("the log did not delete what was renamed")
        return len(renamed)


def changes(before: Ledger, after: Ledger) -> list[Record]:
    """What a ledger's change says of its person's oppositions; nothing for a send."""
    said = [
        Record(no.last_at, "opposed", after.person, scope, no.how)
        for scope, no in after.opposed.items()
        if before.opposed.get(scope) != no
    ]
    taken_back = [
        Record(at, "readmitted", after.person, scope)
        for scope, at in after.readmitted.items()
        if before.readmitted.get(scope) != at
    ]
    return said + taken_back


def _key(record: Record) -> str:
    return f"{_PREFIX}{record.at:013d}/{record.kind}/{record.person}/{record.scope}/{record.how}"


def _record(key: str) -> Record:
    at, kind, person, scope, how = key.removeprefix(_PREFIX).split("/")
    if kind not in ("opposed", "readmitted", "erased"):
        raise StorageUnavailable("the log holds a record of an unknown kind")
    return Record(int(at), kind, person, scope, how)  # type: ignore[arg-type]
