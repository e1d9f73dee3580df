"""A log of oppositions and erasures outside of the table: what a restored table has to be told (docs/adr/0010).

One small object for each record, whose key says it all: a replay lists and reads nothing. Writing the same record
again changes nothing. No phone is in it, only the keyed hash of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable
from chalicelib.storage.ledgers import Ledger

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Kind = Literal["opposed", "readmitted", "erased"]
_PREFIX = "records/"


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
    """Appends and lists. Who appends may neither read nor delete."""

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


def changes(before: Ledger, after: Ledger) -> list[Record]:
    """What a ledger's change says of its person's oppositions; nothing for a send."""
    said = [
        Record(no.at, "opposed", after.person, scope, no.how)
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
