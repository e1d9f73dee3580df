"""Notice queue edge: each order names what is to be told outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.logs import log, log_failure
from chalicelib.storage.notice_queue import decode
from chalicelib.wiring import Services


def on_notices(batch: Mapping[str, Any], services: Services) -> dict[str, list[dict[str, str]]]:
    """Tell what each order names. A receiver that fails is no failed order: its delivery is due again by itself."""
    failures = []
    for record in batch["Records"]:
        try:
            key = decode(record["body"])
            outcome = services.deliverer.deliver(key)
            log("notice", notice=key[1], outcome=outcome)
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("notice_failed", error, order=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
