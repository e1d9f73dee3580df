"""Exported files (S3): what an advertiser asked for, and the daily events, each under its advertiser's prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.storage.import_files import faults

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_LIVES_S = 3600
EVENTS = "events"


class ExportFiles:
    """Puts files, and gives out links to those that were asked for."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, advertiser: str, export: str, file: str, body: bytes) -> None:
        """A file of an export; the same again replaces it. Raises StorageUnavailable."""
        self._put(_key(advertiser, export, file), body)

    def put_events(self, owner: str, day: str, name: str, body: bytes) -> None:
        """A file of a day's events, where engines look for it. Raises StorageUnavailable."""
        self._put(f"{EVENTS}/advertiser={owner}/day={day}/{name}.ndjson.gz", body)

    def link(self, advertiser: str, export: str, file: str) -> str:
        """An address that gives the file to whoever has it, for an hour."""
        with faults():
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": _key(advertiser, export, file),
                    "ResponseContentDisposition": f'attachment; filename="{file}"',
                },
                ExpiresIn=LINK_LIVES_S,
            )

    def _put(self, key: str, body: bytes) -> None:
        with faults():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/gzip")


def _key(advertiser: str, export: str, file: str) -> str:
    return f"exports/{advertiser}/{export}/{file}"
