"""Uploaded files of contacts (S3), and the queue that says which of them to read (SQS). The queue names no person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

MOST_BYTES = 1_000_000_000
URL_LIVES_S = 3600
_CHUNK = 1 << 20
_ABSENT = frozenset(("404", "NoSuchKey", "NotFound"))


class ImportFiles:
    """One object per upload, under its base."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def address(self, base: str, upload: str, size: int) -> str:
        """Where a file of exactly so many bytes can be PUT for an hour: its length is part of the signature."""
        with faults():
            return self._client.generate_presigned_url(
                "put_object",
                Params={"Bucket": self._bucket, "Key": _key(base, upload), "ContentLength": size},
                ExpiresIn=URL_LIVES_S,
            )

    def is_there(self, base: str, upload: str) -> bool:
        """Whether the file has been uploaded."""
        try:
            with faults():
                self._client.head_object(Bucket=self._bucket, Key=_key(base, upload))
        except FileNotFoundError:
            return False
        return True

    def fetch(self, base: str, upload: str, to: Path) -> None:
        """Copy the file, a piece at a time. FileNotFoundError where it is not there."""
        with faults(), to.open("wb") as file:
            body = self._client.get_object(Bucket=self._bucket, Key=_key(base, upload))["Body"]
            for chunk in body.iter_chunks(_CHUNK):
                file.write(chunk)

    def delete(self, base: str, upload: str) -> None:
        """Remove the file, if it is there."""
        with faults():
            self._client.delete_object(Bucket=self._bucket, Key=_key(base, upload))


class ImportQueue:
    """Puts uploads on the queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, body: str) -> None:
        """Queue what `workers/imports.py` reads."""
        with faults():
            self._client.send_message(QueueUrl=self._url, MessageBody=body)


@contextmanager
def faults() -> Iterator[None]:
    """What goes wrong with S3 and SQS, in the domain's words: FileNotFoundError, StorageUnavailable."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABSENT:
            raise FileNotFoundError from None
        raise StorageUnavailable(code) from error
    except BotoCoreError as error:
        raise StorageUnavailable(type(error).__name__) from error


def _key(base: str, upload: str) -> str:
    return f"uploads/{base}/{upload}"
